// The answer of the scripts to whoever knows a room up to another ground (prelude.lua).
import type { Ground, Moved } from '../entry-log.ts'
import { markOfJson } from '../mark.ts'
import { readEntry } from '../readable.ts'
import type { Answer } from './answers.ts'

type MovedAnswer = readonly [
  'moved',
  epoch: string,
  offset: string,
  mark: string,
  from: string,
  saved: string,
  entries: readonly string[],
  last: string,
  running: string,
  number: string,
]

/** @param known the ground that the script was told */
export function movedIn(known: Ground, answer: Answer): Moved {
  const [type, epoch, offset, mark, from, saved, items, last, running, number] =
    answer as MovedAnswer
  const goesOn = from === 'known'
  const before = goesOn ? known.offset : Number(from)
  return {
    type,
    ground: { epoch, offset: Number(offset), mark },
    after: goesOn ? 'ground' : saved === '' ? 'nothing' : { docket: saved },
    entries: items.map((json, index) => readEntry(json, before + 1 + index)),
    mark: markOfJson(items.at(-1) ?? ''),
    last: Number(last),
    running: running || null,
    number: Number(number),
  }
}
