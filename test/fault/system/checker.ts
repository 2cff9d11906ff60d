// Decides at the end whether the promises held, from the histories of all clients, the final content of Redis, and the
// text that Claude wrote. `docs/faults.md` describes the invariants in words, and their promises.
import { createHash } from 'node:crypto'
import type { Entry, GenerationEnded, Run } from '@roomcast/shared/protocol'
import { partsOf } from '@roomcast/shared/room'
import type { Tally } from '../../support/tally.ts'
import type { Written } from '../../convergence/checks.ts'
import type { History, Line } from './history.ts'

export const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10'] as const

export interface Violation {
  readonly rule: (typeof INVARIANTS)[number]
  readonly message: string
}

/** A time in which storage may have lost acknowledged writes, ms since the round began. */
export interface Lossy {
  readonly from: number
  readonly to: number
}

export interface Evidence {
  readonly roomId: string
  readonly histories: readonly History[]
  /** The final content of the storage. */
  readonly epoch: string
  readonly entries: readonly Entry[]
  readonly runs: readonly Run[]
  /** Everything that Claude wrote, in any room. */
  readonly written: readonly Written[]
  readonly lossy: readonly Lossy[]
}

/** The time within which the owner of an answer has repaired text lost by storage, ms. */
const AFTER_LOSS_MS = 10_000

interface Final {
  readonly number: number
  readonly generationId: string
  readonly text: Buffer
  readonly marks: Run['marks']
  readonly ended: GenerationEnded | null
}

type Report = (rule: Violation['rule'], message: string) => void
type Of<Kind extends Line['kind']> = Extract<Line, { kind: Kind }>

/** Returns the violations, each with the name of its witness; counts the checks. */
export function check(evidence: Evidence, tally: Tally): Violation[] {
  const violations: Violation[] = []
  const report: Report = (rule, message) => {
    if (violations.length < 50)
      violations.push({ rule, message: `${evidence.roomId.slice(0, 6)}: ${message}` })
  }
  const finals = readFinals(evidence, report)
  checkUpstream(finals, evidence.written, report)
  for (const history of evidence.histories) checkScreen(history, evidence, finals, tally, report)
  checkAnswers(evidence, finals, tally, report)
  for (const { ended } of finals.values()) if (ended) tally.count(`end: ${ended.outcome}`)
  tally.count('answers', finals.size)
  return violations
}

/** I5, I7, I2: the stored data is consistent in itself. */
function readFinals({ entries, runs }: Evidence, report: Report): Map<string, Final> {
  const finals = new Map<string, Final>()
  let running: number | null = null
  let newest = 0
  for (const [index, entry] of entries.entries()) {
    if (entry.offset !== index + 1) report('I5', `entry ${entry.offset} is at place ${index + 1}`)
    if (entry.type === 'generation-started') {
      const { number, generationId } = entry
      if (running !== null) report('I7', `${number} starts while ${running} runs`)
      if (number <= newest) report('I7', `${number} starts after ${newest}`)
      ;[running, newest] = [number, number]
      const run = runs.find((one) => one.number === number)
      const text = Buffer.from(run?.text ?? '')
      finals.set(generationId, { number, generationId, text, marks: run?.marks ?? [], ended: null })
    }
    if (entry.type !== 'generation-ended') continue
    const final = finals.get(entry.generationId)
    if (!final) report('I4', `${entry.number} ends without a start`)
    else if (final.ended) report('I4', `${entry.number} ends twice`)
    else {
      if (entry.end !== final.text.length || entry.digest !== sha256(final.text))
        report('I2', `the end of ${entry.number} at ${entry.end} does not fit its text`)
      finals.set(entry.generationId, { ...final, ended: entry })
    }
    if (running === entry.number) running = null
  }
  for (const { number, ended } of finals.values())
    if (!ended) report('I9', `${number} has no end when all is at rest`)
  return finals
}

/** I1: completed answers are all that Claude wrote, the others a prefix of it. */
function checkUpstream(
  finals: ReadonlyMap<string, Final>,
  written: readonly Written[],
  report: Report,
): void {
  const whole = new Set(written.filter(({ stopped }) => stopped).map(({ text }) => text))
  for (const { number, text, marks, ended } of finals.values()) {
    const end = text.length
    const said = partsOf({ text: text.toString(), end, marks })
      .filter(({ kind }) => kind === 'text')
      .map((part) => part.text)
      .join('')
    const holds =
      ended?.outcome === 'completed'
        ? whole.has(said)
        : said === '' || written.some((one) => one.text.startsWith(said))
    if (!holds) report('I1', `answer ${number} (${ended?.outcome}) is not what Claude wrote`)
  }
}

interface Shown {
  readonly text: Buffer
  ended: Of<'ended'> | null
}

/** I2 to I6: everything one client ever showed. */
function checkScreen(
  history: History,
  evidence: Evidence,
  finals: ReadonlyMap<string, Final>,
  tally: Tally,
  report: Report,
): void {
  const { name, lines, stays } = history
  const shown = new Map<string, Shown>()
  // The snapshot of the next incarnation corrects everything shown of a lost one.
  let corrections = lines.filter(({ kind }) => kind === 'replaced').length
  const lossyFrom = Math.min(...evidence.lossy.map(({ from }) => from))
  const posts = new Map<string, string>()
  for (const entry of evidence.entries)
    if (entry.type === 'message-posted') posts.set(entry.messageId, `${entry.by} ${entry.text}`)
  const said = new Set<string>()
  let stands: Of<'stands'> | null = null
  let epoch = ''
  for (const line of lines) {
    tally.count('lines looked at')
    const complain: Report = (rule, message) => {
      // Text that storage had lost when an answer ended is removed from every screen: the one exception to R1.
      const isCutBack = (rule === 'I3' || rule === 'I6') && isNear(line.at, evidence.lossy)
      const isCorrected = corrections > 0 && line.at >= lossyFrom
      if (!isCorrected && !isCutBack) report(rule, `${name}: ${message}`)
      else tally.count(isCorrected ? 'corrected on a screen' : 'cut back on a screen')
    }
    switch (line.kind) {
      case 'replaced':
        if (epoch !== '') tally.count('another incarnation on a screen')
        if (epoch !== '' && evidence.lossy.length === 0)
          report('I5', `${name}: another incarnation, and nothing was lost`)
        corrections--
        epoch = line.epoch
        stands = null
        shown.clear()
        said.clear()
        break
      case 'said':
        said.add(line.messageId)
        if (posts.get(line.messageId) !== `${line.by} ${line.text}`)
          complain('I2', `shows other words of ${line.messageId} than the log`)
        break
      case 'stands':
        checkPlace(line, stands, epoch, evidence, complain)
        stands = line
        break
      case 'text':
        checkText(line, shown, finals, complain)
        break
      case 'ended':
        checkEnd(line, shown, finals, complain)
        break
      default:
    }
  }
  if (!stays) return
  checkLast(name, stands, shown, evidence, finals, report)
  checkWhole(name, { said, shown }, evidence, report)
}

/** I5: without gaps, and never backwards. */
function checkPlace(
  line: Of<'stands'>,
  before: Of<'stands'> | null,
  epoch: string,
  { entries }: Evidence,
  complain: Report,
): void {
  if (line.epoch !== epoch) complain('I5', 'another epoch without a snapshot')
  if (before && line.offset < before.offset) complain('I5', `back at ${line.offset}`)
  if (before && !line.whole && line.offset > before.offset + 1)
    complain('I5', `from ${before.offset} to ${line.offset}`)
  if (line.offset > entries.length)
    complain('I5', `at ${line.offset}, and the log is at ${entries.length}`)
}

/** I3, I4, I6: always a prefix of the final text, never less than before, nothing after the end. */
function checkText(
  { generationId, number, from, text: added }: Of<'text'>,
  shown: Map<string, Shown>,
  finals: ReadonlyMap<string, Final>,
  complain: Report,
): void {
  const before = shown.get(generationId) ?? { text: Buffer.alloc(0), ended: null }
  const text = Buffer.concat([before.text.subarray(0, from), Buffer.from(added)])
  shown.set(generationId, { ...before, text })
  const final = finals.get(generationId)
  if (!final) return complain('I3', `shows ${number}, which is not there in the end`)
  if (before.ended) return complain('I4', `${number} changes after its end`)
  if (from < before.text.length) return complain('I3', `${number} is taken back to ${from}`)
  if (final.text.subarray(0, text.length).equals(text)) return
  const isBeyond = final.ended?.outcome === 'cancelled' && text.length > final.text.length
  if (isBeyond) complain('I6', `shows ${number} beyond its end at ${final.text.length}`)
  else complain('I3', `what it shows of ${number} is no beginning of it`)
}

/** I2, I4: one end, the same for all. */
function checkEnd(
  line: Of<'ended'>,
  shown: Map<string, Shown>,
  finals: ReadonlyMap<string, Final>,
  complain: Report,
): void {
  const { generationId, number, how, end } = line
  const before = shown.get(generationId) ?? { text: Buffer.alloc(0), ended: null }
  shown.set(generationId, { ...before, ended: line })
  const ended = finals.get(generationId)?.ended
  if (before.ended) complain('I4', `${number} ends a second time`)
  if (ended?.outcome !== how.outcome || ended.by !== how.by)
    return complain('I4', `${number} ends ${how.outcome}, not ${ended?.outcome}`)
  if (ended.end !== end) complain('I2', `${number} ends at ${end}, not ${ended.end}`)
}

/** I2: in the end all clients have the same, whenever they joined. */
function checkLast(
  name: string,
  stands: Of<'stands'> | null,
  shown: ReadonlyMap<string, Shown>,
  { epoch, entries }: Evidence,
  finals: ReadonlyMap<string, Final>,
  report: Report,
): void {
  if (stands?.epoch !== epoch) return report('I2', `${name}: is in another incarnation`)
  if (stands.offset !== entries.length)
    report('I9', `${name}: is at ${stands.offset} of ${entries.length} in the end`)
  // The window of a snapshot has only the last messages.
  for (const [generationId, { text, ended }] of shown) {
    const final = finals.get(generationId)
    if (!final) continue
    if (!final.text.equals(text)) report('I2', `${name}: has other text of ${final.number}`)
    if (final.ended && !ended) report('I9', `${name}: sees no end of ${final.number}`)
  }
}

/** I9: nothing is missing between the first message shown and the end. */
function checkWhole(
  name: string,
  { said, shown }: { said: ReadonlySet<string>; shown: ReadonlyMap<string, Shown> },
  { entries }: Evidence,
  report: Report,
): void {
  const isShown = (entry: Entry) =>
    (entry.type === 'message-posted' && said.has(entry.messageId)) ||
    (entry.type === 'generation-started' && shown.has(entry.generationId))
  // The window of a snapshot has only the last messages.
  const first = entries.findIndex(isShown)
  for (const entry of first < 0 ? [] : entries.slice(first)) {
    if (isShown(entry)) continue
    if (entry.type === 'message-posted')
      report('I9', `${name}: does not show what is said at ${entry.offset}`)
    if (entry.type === 'generation-started')
      report('I9', `${name}: does not show what begins at ${entry.offset}`)
  }
}

/** I6, I10: acknowledged commands are there once, as acknowledged; refused ones are not. */
function checkAnswers(
  { histories, entries, lossy }: Evidence,
  finals: ReadonlyMap<string, Final>,
  tally: Tally,
  report: Report,
): void {
  const posted = new Map<string, number>()
  for (const entry of entries)
    if (entry.type === 'message-posted') posted.set(entry.text, (posted.get(entry.text) ?? 0) + 1)
  for (const [text, times] of posted) if (times > 1) report('I10', `posted ${times} times: ${text}`)
  for (const { name, lines } of histories)
    for (const line of lines) {
      if (line.kind !== 'answered') continue
      const { command, result, at } = line
      tally.count('commands answered')
      const mayBeLost = lossy.some(({ from, to }) => from <= at && at <= to)
      const lost = (rule: Violation['rule'], what: string) => {
        if (mayBeLost) tally.count('acknowledged, and lost with the storage')
        else report(rule, `${name}: ${what}`)
      }
      if (command.type === 'post') {
        const isThere = posted.has(command.text.toWellFormed())
        if (result.ok && !isThere) lost('I10', `acknowledged and lost: ${command.text}`)
        if (!result.ok && isThere)
          report('I10', `${name}: refused with ${result.error.code} and there: ${command.text}`)
      }
      if (command.type === 'cancel' && result.ok) {
        const ended = finals.get(command.generationId)?.ended
        if (ended?.outcome !== result.outcome || ended?.end !== result.end)
          lost(
            'I6',
            `told ${result.outcome} at ${result.end}, not ${ended?.outcome} at ${ended?.end}`,
          )
        if (ended?.outcome === 'cancelled') tally.count('stops acknowledged')
      }
      if ((command.type === 'retry' || command.type === 'continue') && result.ok)
        if (!finals.has(result.generationId ?? '')) lost('I10', `${command.type} was never started`)
    }
}

/** Whether storage lost something a moment before, or is losing it now. */
function isNear(at: number, lossy: readonly Lossy[]): boolean {
  return lossy.some(({ from, to }) => from <= at && at <= to + AFTER_LOSS_MS)
}

function sha256(text: Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}
