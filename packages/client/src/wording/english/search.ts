// Looking for words in a room.
const plural = new Intl.PluralRules('en')
const number = new Intl.NumberFormat('en')

export const search = {
  title: 'Search in this room',
  field: 'Words to look for',
  hint: 'All of the words have to be in a message; capitals and accents do not matter.',
  looking: 'Looking…',
  none: (query: string): string => `Nothing in this room has “${query}” in it.`,
  noneYet: 'Nothing so far; there are older messages.',
  found: (count: number, more: boolean): string => {
    const messages = plural.select(count) === 'one' ? 'message' : 'messages'
    return more
      ? `${number.format(count)} ${messages} so far`
      : `${number.format(count)} ${messages}`
  },
  more: 'Look further back',
  again: 'Try again',
  claudeTo: (name: string): string => `Claude → ${name}`,
}
