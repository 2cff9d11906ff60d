// The texts of the search.
const plural = new Intl.PluralRules('en')
const number = new Intl.NumberFormat('en')

export const search = {
  title: 'Search in this room',
  field: 'Search messages',
  hint: 'Finds messages that contain all of these words. Ignores case and accents.',
  looking: 'Searching…',
  none: (query: string): string => `No results for “${query}”`,
  noneYet: 'No results yet. There are older messages to search.',
  found: (count: number, more: boolean): string => {
    const messages = plural.select(count) === 'one' ? 'message' : 'messages'
    return more
      ? `${number.format(count)} ${messages} so far`
      : `${number.format(count)} ${messages}`
  },
  more: 'Search older messages',
  again: 'Try again',
  claudeTo: (name: string): string => `Claude → ${name}`,
}
