// Makes readings and pages of what the scripts give.
import type { Entry, Mark, RoomId, RoomState, Run } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import type { Page, Reading } from '../room-log.ts'
import type { Answer } from './answers.ts'

/** An entry as JSON; one that starts a generation comes with the marks and the text of its reply. */
type Item = readonly [entry: string, marks?: string, text?: string]

export function readRoom(roomId: RoomId, [, epoch, checkpoint, items]: Answer): Reading {
  const saved = checkpoint === null ? null : (JSON.parse(checkpoint as string) as RoomState)
  return {
    checkpoint: saved ?? emptyRoom(roomId, String(epoch)),
    ...parse(items as readonly Item[]),
  }
}

export function readPage([, earlier, items]: Answer): Page {
  const { entries, runs } = parse(items as readonly Item[])
  entries.sort((one, other) => one.offset - other.offset)
  return {
    entries,
    runs: runs.sort((one, other) => one.number - other.number),
    earlier: earlier === '1',
  }
}

function parse(items: readonly Item[]): { entries: Entry[]; runs: Run[] } {
  const entries: Entry[] = []
  const runs: Run[] = []
  for (const [json, marks, text] of items) {
    const entry = JSON.parse(json) as Entry
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
