// Everything ever seen of one room on real nodes, and its judge. Nobody can watch a real log while it runs, so
// everything is recorded and judged once the room is at rest.
import { isDeepStrictEqual } from 'node:util'
import type { RoomState } from '@roomcast/shared/protocol'
import { partsOf } from '@roomcast/shared/room'
import type { Reading } from '@roomcast/server/judge/room-log.ts'
import type { Tally } from '../../support/tally.ts'
import { checkAnswers, checkUpstream, difference, type Ending, type Written } from '../checks.ts'
import { judge, type Sent } from '../judge.ts'
import { undecided } from '../../decide/refold.ts'
import { Screen } from '../screen.ts'
import { Truth } from '../truth.ts'
import type { Report, Violation } from '../violation.ts'

/** Every state that one page has shown, in order. */
export interface Shown {
  readonly name: string
  readonly states: readonly RoomState[]
  /** Whether the page was still open when the room had come to rest. */
  readonly stays: boolean
}

export interface RoomRecord {
  /** The final content of the storage: an empty room, every entry, and the text of every reply. */
  readonly reading: Reading
  readonly screens: readonly Shown[]
  readonly sent: readonly Sent[]
  /** Everything that Claude wrote, in any room. */
  readonly written: readonly Written[]
}

/**
 * Compares the shown states and the acknowledged commands with the final content.
 * @param tally counts the kinds of events
 * @returns the first violation of each rule
 */
export function judgeRecord(record: RoomRecord, tally: Tally): Violation[] {
  const found = new Map<Violation['rule'], Violation>()
  const report: Report = (rule, message) => {
    if (!found.has(rule)) found.set(rule, { rule, message })
  }
  const truth = truthOf(record.reading, report)
  truth.count(tally)
  const court = { truth, tally, report }
  // Before the screens, because acknowledged stops limit how much they may show.
  for (const { by, intent, result } of record.sent) if (result) judge(court, by, intent, result)
  checkAnswers(record.sent, court)
  for (const shown of record.screens) {
    const screen = new Screen(shown.name, truth, report)
    for (const state of shown.states) screen.look({ state })
    tally.count('states looked at', shown.states.length)
  }
  checkUpstream(endingsOf(record.reading, truth), record.written, court)
  checkRest(record, report)
  const odd = undecided(record.reading.entries)
  if (odd !== null) report('decided', odd)
  return [...found.values()]
}

/** Replays the history from the first entry on; the text of a reply comes right before its end. */
function truthOf({ checkpoint, entries, runs }: Reading, report: Report): Truth {
  const truth = new Truth(checkpoint.roomId, report)
  const { epoch } = checkpoint
  truth.begin({ checkpoint, entries: [], runs: [] })
  for (const entry of entries) {
    const run = entry.type === 'generation-ended' && runs.find((one) => one.number === entry.number)
    if (run && run.text !== '') truth.hear([run.number, 0, run.text])
    truth.hear({ type: 'entries', epoch, entries: [entry] })
  }
  return truth
}

/** Claude's text of each reply; the amount of visible thinking is checked elsewhere. */
function endingsOf({ runs }: Reading, truth: Truth): [number, Ending][] {
  return [...truth.replies].map(([number, { text, end, ended }]) => {
    const marks = runs.find((run) => run.number === number)?.marks ?? []
    const said = partsOf({ text, end, marks }).filter(({ kind }) => kind === 'text')
    return [number, { text: said.map((part) => part.text).join(''), ended }]
  })
}

/** Everybody there in the end has the room that a newcomer would fold. */
function checkRest({ reading, screens }: RoomRecord, report: Report): void {
  const state = withoutBareMarks(foldOf(reading, report))
  for (const { name, states, stays } of screens) {
    if (!stays) continue
    const last = states.at(-1)
    const shown = last ? withoutBareMarks(last) : null
    if (state && !isDeepStrictEqual(shown, state))
      report('R1', `${name} ends with another room: ${difference(shown, state)}`)
  }
}

function foldOf(reading: Reading, report: Report): RoomState | null {
  try {
    return Truth.fold(reading)
  } catch (error) {
    report('R1', `what is stored does not fold: ${String(error)}`)
    return null
  }
}

/** The loss of a mark without bytes shows only with the bytes after it (R1.9), and there may be none. */
function withoutBareMarks<State extends RoomState | null>(state: State): State {
  return (
    state && {
      ...state,
      messages: state.messages.map((message) =>
        message.kind === 'said'
          ? message
          : { ...message, marks: message.marks.filter(({ from }) => from < message.end) },
      ),
    }
  )
}
