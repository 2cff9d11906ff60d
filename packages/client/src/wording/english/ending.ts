// The line below an ended answer: how it ended, who stopped it, and what it cost.
const count = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const dollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 2,
})

const tokens = (number: number): string =>
  `${count.format(number)} ${number === 1 ? 'token' : 'tokens'}`

export const ending = {
  count: tokens,
  about: (number: number): string => `~${tokens(number)}`,
  /** `what`: a number of tokens. */
  kept: (what: string): string => `${what} kept`,
  /** `name`: the member who stopped it; null if unknown. */
  stopped: (name: string | null): string => (name === null ? 'Stopped' : `Stopped by ${name}`),
  stoppedBeforeWord: (name: string | null): string =>
    `${name === null ? 'Stopped' : `Stopped by ${name}`} before the first word`,
  because: (sentence: string, reason: string): string => `${sentence}: “${reason}”`,
  interrupted: 'Interrupted: the server stopped',
  failed: 'Claude couldn’t answer',
  cut: 'Reached the length limit',
  contextFull: 'This conversation has reached Claude’s limit',
  declined: 'Claude declined to answer',
  declinedToGoOn: 'Claude declined to continue',
  paused: 'Claude paused here',
  saidNothing: 'Claude returned an empty answer',
  omitted: 'Older messages didn’t fit and were left out',
  tokens: (input: number, output: number, estimated: boolean): string => {
    const about = estimated ? '~' : ''
    const text = (number: number, what: string): string[] =>
      number > 0 ? [`${about}${short.format(number)} ${what}`] : []
    return [...text(input, 'in'), ...text(output, 'out')].join(' / ')
  },
  cost: (inDollars: number, estimated: boolean): string =>
    (estimated ? '~' : '') + dollars.format(inDollars),
  continue: 'Continue',
  retry: 'Retry',
  /** `how`: the first sentence of the line below that answer. */
  earlierAttempt: (how: string | null): string =>
    how === null
      ? 'Earlier attempt'
      : `Earlier attempt, ${how.charAt(0).toLowerCase()}${how.slice(1)}`,
  attempt: (number: number, of: number): string => `${number}/${of}`,
}
