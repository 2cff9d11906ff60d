// What stands below an answer that has ended: how, by whom, and what it took.
const count = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const dollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 2,
})

const tokens = (number: number): string =>
  `${count.format(number)} ${number === 1 ? 'token' : 'tokens'}`
const kept = (what: string | null): string => (what === null ? '' : `, ${what} kept`)

export const ending = {
  count: tokens,
  about: (number: number): string => `~${tokens(number)}`,
  /** `name`: who stopped it, if anybody is known. `what`: tokens that were kept, null when there are none. */
  stopped: (name: string | null, what: string | null): string =>
    `${name === null ? 'Stopped' : `Stopped by ${name}`}${kept(what)}`,
  stoppedBeforeWord: (name: string | null): string =>
    `${name === null ? 'Stopped' : `Stopped by ${name}`} before the first word`,
  because: (sentence: string, reason: string): string => `${sentence}: ${reason}`,
  interrupted: (what: string | null): string => `Interrupted: the server broke off${kept(what)}`,
  failed: 'Claude could not answer',
  cut: 'Cut at the length limit',
  contextFull: 'Cut: the conversation is as long as Claude can read',
  declined: 'Claude declined to answer',
  paused: 'Claude paused here',
  saidNothing: 'Claude said nothing',
  omitted: 'Older talk did not fit and was left out',
  tokens: (input: number, output: number, estimated: boolean): string => {
    const about = estimated ? '~' : ''
    const text = (number: number): string => about + short.format(number).toLowerCase()
    return `${text(input)} in / ${text(output)} out`
  },
  cost: (inDollars: number, estimated: boolean): string =>
    (estimated ? '~' : '') + dollars.format(inDollars),
  continue: 'Continue',
  retry: 'Retry',
  /** `how`: the first sentence of its end, as below it. */
  earlierAttempt: (how: string | null): string =>
    how === null
      ? 'Earlier attempt'
      : `Earlier attempt, ${how.charAt(0).toLowerCase()}${how.slice(1)}`,
  attempt: (number: number, of: number): string => `${number}/${of}`,
}
