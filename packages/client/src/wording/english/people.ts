// The texts of the list of people.
const plural = new Intl.PluralRules('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })

export const people = {
  label: 'People',
  here: 'Here now',
  others: 'Not here',
  you: 'you',
  owner: 'owner',
  looks: {
    live: 'watching live',
    above: 'reading earlier messages',
    behind: 'catching up',
    away: 'away',
    offline: 'offline',
  },
  /** Shown while it is unknown who is present. */
  wereHere: 'Here before you went offline',
  members: 'Members',
  remove: (name: string): string => `Remove ${name}`,
  invite: 'Invite people',
  leave: 'Leave this room',
  room: 'This room',
  answers: (count: number): string =>
    `${count} ${plural.select(count) === 'one' ? 'answer' : 'answers'}`,
  last: (count: number): string => `The last ${count} messages`,
  tokens: (count: number): string => `${short.format(count).toLowerCase()} tokens`,
  /** `more`: there are other answers, from models whose price is unknown. */
  cost: (dollars: number, more: boolean): string =>
    (dollars < 0.01 ? `less than ${money.format(0.01)}` : `about ${money.format(dollars)}`) +
    (more ? ', plus models with unknown prices' : ''),
}
