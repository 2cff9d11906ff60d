// The results of many faults, for people to read.
import type { Tally } from '../../support/tally.ts'
import type { Played } from './run.ts'

/** For each fault, the recovery time after each occurrence, ms; null if recovery failed. */
export type Figures = ReadonlyMap<string, readonly (number | null)[]>

export function figuresOf(played: readonly Played[]): Figures {
  const rows = new Map<string, (number | null)[]>()
  const add = (name: string, ms: number | null) => rows.set(name, [...(rows.get(name) ?? []), ms])
  for (const { blows, brokenOff } of played) {
    for (const { fault, recovered } of blows) add(fault.name, recovered)
    for (const { scenario, took } of brokenOff) add(`Claude breaks off: ${scenario}`, took)
  }
  return rows
}

/** A line for each fault. */
export function table(figures: Figures): string {
  const lines = [...figures].toSorted(([one], [other]) => one.localeCompare(other)).map(line)
  return [
    '| fault | times | well again, median s | worst s | never |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

function line([name, all]: readonly [string, readonly (number | null)[]]): string {
  const times = all.filter((ms) => ms !== null).toSorted((one, other) => one - other)
  const seconds = (ms: number | undefined) => (ms === undefined ? '–' : (ms / 1000).toFixed(1))
  const median = seconds(times[Math.floor(times.length / 2)])
  return `| ${name} | ${all.length} | ${median} | ${seconds(times.at(-1))} | ${all.length - times.length} |`
}

/** The last line: the whole result in one sentence. */
export function summary(played: readonly Played[], tally: Tally): string {
  const blows = played.reduce((sum, round) => sum + round.blows.length, 0)
  const violations = played.reduce((sum, round) => sum + round.violations.length, 0)
  return (
    `${played.length} rounds, ${blows} blows, ${tally.of('answers')} answers, ` +
    `${tally.of('stops acknowledged')} stops, ${tally.of('lines looked at')} lines of history, ` +
    `${violations} violations`
  )
}
