// Makes readings and pages from the answers of the scripts.
import type { Entry, Mark, RoomId, Run } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import type { Page, Reading } from '../entry-log.ts'
import { readEntry, readState } from '../readable.ts'
import type { Answer } from './answers.ts'

/** An entry as JSON. An entry that starts a generation comes with the marks and the text of the reply. */
type Item = readonly [entry: string, marks?: string, text?: string]

/** Null if the checkpoint cannot be read: then the room must be read without it. */
export function readRoom(roomId: RoomId, [, epoch, saved, items]: Answer): Reading | null {
  const checkpoint = saved === null ? emptyRoom(roomId, String(epoch)) : readState(saved as string)
  return checkpoint && { checkpoint, ...parse(items as readonly Item[], checkpoint.offset) }
}

export function readPage([, earlier, items]: Answer): Page {
  const { entries, runs } = parse(items as readonly Item[], null)
  entries.sort((one, other) => one.offset - other.offset)
  return {
    entries,
    runs: runs.sort((one, other) => one.number - other.number),
    earlier: earlier === '1',
  }
}

/** @param after the offset before the first item if there are no gaps between the items; else null */
function parse(items: readonly Item[], after: number | null): { entries: Entry[]; runs: Run[] } {
  const entries: Entry[] = []
  const runs: Run[] = []
  for (const [json, marks, text] of items) {
    const entry = readEntry(json, after === null ? null : after + 1 + entries.length)
    entries.push(entry)
    if (entry.type !== 'generation-started' || marks === undefined || text === undefined) continue
    runs.push({ number: entry.number, at: 0, text, marks: marksOf(marks) })
  }
  return { entries, runs }
}

function marksOf(marks: string): Mark[] {
  return marks
    .split(',')
    .filter((mark) => mark !== '')
    .map((mark) => {
      const [kind, from] = mark.split(' ')
      return { kind: kind as Mark['kind'], from: Number(from) }
    })
}
