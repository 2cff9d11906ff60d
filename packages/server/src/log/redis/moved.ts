// The answer of the scripts to a caller that knows the room up to another ground (prelude.lua).
import type { Footing, Moved } from '../entry-log.ts'
import { fingerprintOfJson } from '../fingerprint.ts'
import { readEntry } from '../readable.ts'
import type { Answer } from './answers.ts'

type MovedAnswer = readonly [
  'moved',
  epoch: string,
  offset: string,
  fingerprint: string,
  from: string,
  saved: string,
  entries: readonly string[],
  last: string,
  running: string,
  number: string,
]

/** @param known the footing that was sent to the script */
export function movedIn(known: Footing, answer: Answer): Moved {
  const [type, epoch, offset, fingerprint, from, saved, items, last, running, number] =
    answer as MovedAnswer
  const goesOn = from === 'read' || from === 'ground'
  const before = goesOn ? known[from].offset : Number(from)
  return {
    type,
    ground: { epoch, offset: Number(offset), fingerprint },
    after: goesOn ? from : saved === '' ? 'nothing' : { docket: saved },
    entries: items.map((json, index) => readEntry(json, before + 1 + index)),
    fingerprint: fingerprintOfJson(items.at(-1) ?? ''),
    last: Number(last),
    running: running || null,
    number: Number(number),
  }
}
