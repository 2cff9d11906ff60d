// Rules R1.1 to R1.6 of PROTOCOL.md about updates, implemented a second time from the text of that document alone,
// without the program's fold or schemas.
import { Buffer } from 'node:buffer'
import { digestOf, type Screen, type ShownReply } from './screen.ts'

interface AnEntry {
  readonly type: string
  readonly offset: number
  readonly messageId: string
  readonly by: string
  readonly text: string
  readonly generationId: string
  readonly number: number
  readonly outcome: 'completed' | 'cancelled' | 'failed' | 'interrupted'
  readonly end: number
  readonly digest: string
  readonly error?: { readonly code: string }
}

interface AMessage extends AnEntry {
  readonly kind: 'said' | 'reply'
  readonly ended: (Pick<AnEntry, 'outcome' | 'error'> & { readonly by?: string }) | null
}

interface Run {
  readonly number: number
  readonly at: number
  readonly text: string
}

type Update =
  | readonly [number: number, at: number, text: string, mark?: string]
  | {
      readonly type: 'snapshot'
      readonly state: {
        readonly epoch: string
        readonly offset: number
        readonly running: number | null
        readonly messages: readonly AMessage[]
      }
    }
  | {
      readonly type: 'tail'
      readonly epoch: string
      readonly runs: readonly Run[]
      readonly entries: readonly AnEntry[]
    }
  | { readonly type: 'entries'; readonly epoch: string; readonly entries: readonly AnEntry[] }
  | {
      readonly type: 'heartbeat'
      readonly epoch: string
      readonly offset: number
      readonly end: number
    }
  | { readonly type: 'synced' | 'presence' | 'closed' | 'storage' }

/** The position from which to re-read; `end` 0 requests the whole running reply. */
export interface Since {
  readonly epoch: string
  readonly offset: number
  readonly end: number
}

/** Applies an update; returns the position from which to re-read if something is missing, otherwise null. */
export function follow(screen: Screen, told: unknown): Since | null {
  const update = told as Update
  if (isDelta(update)) return applyDelta(screen, update)
  switch (update.type) {
    case 'snapshot':
      applySnapshot(screen, update.state)
      return null
    case 'entries':
      if (update.epoch !== screen.epoch) return screen.position
      return applyEntries(screen, update.entries)
    case 'tail':
      if (update.epoch !== screen.epoch) return screen.position
      return applyTail(screen, update.runs, update.entries)
    case 'heartbeat':
      return isBehind(screen, update) ? screen.position : null
    default:
      return null
  }
}

function isDelta(update: Update): update is Extract<Update, readonly unknown[]> {
  return Array.isArray(update)
}

function applyDelta(
  screen: Screen,
  [number, at, text]: Extract<Update, readonly unknown[]>,
): Since | null {
  const reply = screen.replies.get(number)
  if (reply?.ended) return null
  if (!reply) return number > Math.max(0, ...screen.replies.keys()) ? screen.position : null
  return grow(screen, reply, at, text) ? null : screen.position
}

/** @returns false if something in between is missing */
function grow(screen: Screen, reply: ShownReply, at: number, text: string): boolean {
  const have = reply.text.length
  if (at > have) return false
  const bytes = Buffer.from(text)
  if (at + bytes.length > have) screen.write(reply, have, bytes.subarray(have - at))
  return true
}

function applySnapshot(
  screen: Screen,
  state: Extract<Update, { type: 'snapshot' }>['state'],
): void {
  const isSame = state.epoch === screen.epoch
  if (isSame && state.offset < screen.offset) return
  if (!isSame) screen.replace(state.epoch)
  screen.running = state.running
  for (const message of state.messages) {
    if (message.kind === 'said') screen.say(message.messageId, message.by, message.text)
    else showReply(screen, message)
  }
  screen.stand(state.offset, true)
}

function showReply(screen: Screen, { number, generationId, text, ended }: AMessage): void {
  const reply = screen.begin(number, generationId)
  const theirs = Buffer.from(text)
  const isAhead = reply.text.subarray(0, theirs.length).equals(theirs)
  // A snapshot sent a moment earlier does not take back text of a running reply.
  if (ended !== null || !isAhead) screen.rewrite(reply, theirs)
  if (ended === null) return
  const { outcome, by, error } = ended
  screen.end(reply, { outcome, by, error: error?.code })
}

function applyEntries(screen: Screen, entries: readonly AnEntry[]): Since | null {
  for (const entry of entries) {
    if (entry.offset <= screen.offset) continue
    if (entry.offset !== screen.offset + 1) return screen.position
    const behind = applyEntry(screen, entry)
    if (behind) return behind
    screen.stand(entry.offset, false)
  }
  return null
}

function applyEntry(screen: Screen, entry: AnEntry): Since | null {
  switch (entry.type) {
    case 'message-posted':
      screen.say(entry.messageId, entry.by, entry.text)
      return null
    case 'generation-started':
      screen.begin(entry.number, entry.generationId)
      screen.running = entry.number
      return null
    case 'generation-ended':
      return applyEnd(screen, entry)
    default:
      return null
  }
}

/** An end is applied only over exactly its text (R1.5). */
function applyEnd(screen: Screen, entry: AnEntry): Since | null {
  const reply = screen.replies.get(entry.number)
  if (screen.running === entry.number && !reply) return screen.position
  if (reply && reply.text.length < entry.end) return screen.position
  if (reply) {
    const text = reply.text.subarray(0, entry.end)
    if (digestOf(text) !== entry.digest) return { ...screen.position, end: 0 }
    if (text.length < reply.text.length) screen.write(reply, entry.end, Buffer.alloc(0))
    const { outcome, by, error } = entry
    screen.end(reply, { outcome, by, error: error?.code })
  }
  if (screen.running === entry.number) screen.running = null
  return null
}

function applyTail(
  screen: Screen,
  runs: readonly Run[],
  entries: readonly AnEntry[],
): Since | null {
  const settle = () => {
    const run = runs.find(({ number }) => number === screen.running)
    const reply = run && screen.replies.get(run.number)
    if (!reply || reply.ended) return
    const bytes = Buffer.from(run.text)
    const known = reply.text.subarray(0, bytes.length)
    if (run.at === 0 && !known.equals(bytes)) screen.rewrite(reply, bytes)
    else grow(screen, reply, run.at, run.text)
  }
  settle()
  for (const entry of entries) {
    const behind = applyEntries(screen, [entry])
    if (behind) return behind
    if (entry.type === 'generation-started') settle()
  }
  return null
}

function isBehind(screen: Screen, { epoch, offset, end }: Since): boolean {
  const here = screen.position
  if (epoch !== here.epoch || offset > here.offset) return true
  return offset === here.offset && end > here.end
}
