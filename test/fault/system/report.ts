// What came of many blows, for people to read.
import type { Tally } from '../../support/tally.ts'
import type { Played } from './run.ts'

/** A line for each fault: how often it struck, how long everybody needed to be well again, and who never was. */
export function table(played: readonly Played[]): string {
  const blows = played.flatMap((round) => round.blows)
  const names = [...new Set(blows.map(({ fault }) => fault.name))].toSorted()
  const lines = names.map((name) => {
    const own = blows.filter(({ fault }) => fault.name === name)
    const times = own
      .flatMap(({ recovered }) => (recovered === null ? [] : [recovered]))
      .toSorted((one, other) => one - other)
    const seconds = (ms: number | undefined) => (ms === undefined ? '–' : (ms / 1000).toFixed(1))
    const median = seconds(times[Math.floor(times.length / 2)])
    const lost = own.length - times.length
    return `| ${name} | ${own.length} | ${median} | ${seconds(times.at(-1))} | ${lost} |`
  })
  return [
    '| fault | times | well again, median s | worst s | never |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

/** The last line: all of it in one sentence. */
export function summary(played: readonly Played[], tally: Tally): string {
  const blows = played.reduce((sum, round) => sum + round.blows.length, 0)
  const violations = played.reduce((sum, round) => sum + round.violations.length, 0)
  return (
    `${played.length} rounds, ${blows} blows, ${tally.of('answers')} answers, ` +
    `${tally.of('stops acknowledged')} stops, ${tally.of('lines looked at')} lines of history, ` +
    `${violations} violations`
  )
}
