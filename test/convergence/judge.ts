// Compares the answer of a command with the log: an acknowledged command is there once, a refused one is not.
import type { CommandResult, ErrorCode } from '@roomcast/shared/protocol'
import type { Intent } from '@roomcast/client/room/room-client.ts'
import type { Tally } from '../support/tally.ts'
import type { Truth } from './truth.ts'
import type { Report } from './violation.ts'

/** A command that a member sent, and its answer once there is one. */
export interface Sent {
  readonly by: string
  readonly intent: Intent
  result: CommandResult | null
}

/** The references against which an answer is judged. */
export interface Court {
  readonly truth: Truth
  readonly tally: Tally
  readonly report: Report
}

/** The refusals possible for each command here; any other is a fault. */
const EXPECTED: Readonly<Record<Intent['type'], readonly ErrorCode[]>> = {
  post: ['queue-full', 'message-empty'],
  cancel: ['generation-not-found'],
  // The question may have been retracted.
  retry: ['generation-running', 'generation-not-ended', 'message-not-found'],
  continue: ['generation-running', 'generation-not-ended', 'message-not-found'],
  withdraw: ['not-queued', 'not-yours'],
  resume: ['queue-not-held'],
  typing: [],
  edit: ['message-not-found', 'not-yours', 'message-empty'],
  retract: ['message-not-found', 'not-yours'],
  configure: ['owner-only', 'model-unknown'],
  remove: ['owner-only', 'member-not-found'],
  look: [],
}

/** Judges an answer, when it reaches its sender or later. */
export function judge(court: Court, by: string, intent: Intent, result: CommandResult): void {
  const { tally, report, truth } = court
  if (!result.ok) {
    const { code } = result.error
    if (code === 'room-left') return
    tally.count(`refused: ${code}`)
    const isExpected =
      code === 'storage-unavailable' ||
      (code === 'removed' && truth.isGone(by)) ||
      EXPECTED[intent.type].includes(code as ErrorCode)
    if (!isExpected) report('R4', `${by}: ${intent.type} is refused with ${code}`)
    // A command sent again after a lost answer; its sender has been removed since.
    if (code === 'removed') return
    if (intent.type === 'post' && truth.posted(intent.text.toWellFormed()).length > 0)
      report('R4', `${by}: refused with ${code} and posted all the same: ${intent.text}`)
    return
  }
  judgeAmendment(court, by, intent)
  if (intent.type === 'cancel') judgeCancel(court, by, intent.generationId, result)
  if (intent.type === 'post') judgePost(court, intent.text, result)
  if (intent.type === 'retry' || intent.type === 'continue') {
    const starts = truth.entries.filter(
      (entry) => entry.type === 'generation-started' && entry.generationId === result.generationId,
    )
    if (starts.length !== 1) report('R4', `${intent.type} was started ${starts.length} times`)
  }
  if (intent.type === 'withdraw') {
    const times = truth.entries.filter(
      (entry) => entry.type === 'question-withdrawn' && entry.messageId === intent.messageId,
    ).length
    if (times !== 1) report('R4', `a question was withdrawn ${times} times`)
  }
}

function judgeAmendment({ tally, report, truth }: Court, by: string, intent: Intent): void {
  if (intent.type === 'edit') {
    const edits = truth.entries.filter(
      (entry) => entry.type === 'message-edited' && entry.text === intent.text.toWellFormed(),
    )
    if (edits.length !== 1) report('R4', `${by}: an edit is ${edits.length} times in the log`)
  }
  if (intent.type === 'retract' && !truth.isRetracted(intent.messageId))
    report('R4', `${by}: acknowledged and not retracted: ${intent.messageId}`)
  if (intent.type === 'configure') {
    const changes = truth.entries.filter(
      (entry) => entry.type === 'settings-changed' && entry.title === intent.title,
    )
    if (changes.length === 0) report('R4', `${by}: a change of the title is not in the log`)
  }
  if (intent.type !== 'look') tally.count(`done: ${intent.type}`)
}

function judgeCancel(
  { tally, report, truth }: Court,
  by: string,
  generationId: string,
  { outcome, end }: { outcome?: string | undefined; end?: number | undefined },
): void {
  const known = truth.byId(generationId)
  if (!known?.ended) return report('R3', `${by}: told of an end that is none`)
  if (known.ended.outcome !== outcome || known.ended.end !== end || end === undefined)
    return report('R3', `${by}: told ${outcome} at ${end}, not ${known.ended.outcome}`)
  truth.fixedEnds.set(generationId, end)
  if (outcome === 'cancelled') {
    tally.count(known.ended.by === by ? 'stopped' : 'stop met the stop of another')
    tally.count(end === 0 ? 'stopped before the first text' : 'stopped after the first text')
  } else tally.count(`stop met the end: ${outcome}`)
}

function judgePost(
  { report, truth }: Court,
  text: string,
  {
    messageId,
    generationId,
    queued,
  }: {
    messageId?: string | undefined
    generationId?: string | undefined
    queued?: boolean | undefined
  },
): void {
  const posted = truth.posted(text.toWellFormed())
  if (posted.length !== 1 || posted[0]?.messageId !== messageId)
    report('R4', `acknowledged and ${posted.length} times in the log: ${text}`)
  if (generationId !== undefined && !truth.byId(generationId))
    report('R4', `a start was acknowledged that is none: ${generationId}`)
  const waits = truth.entries.some(
    (entry) => entry.type === 'question-queued' && entry.messageId === messageId,
  )
  if (waits !== (queued ?? false)) report('R4', `queued: ${queued}, and in the log: ${waits}`)
}
