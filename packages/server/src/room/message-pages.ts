// Pages of older messages in each direction, from a log that only reads backwards. Both messages and text are limited.
import type { Message, MessagesPage, RoomId } from '@roomcast/shared/protocol'
import { messagesOf } from '@roomcast/shared/room'
import type { RoomLog } from '../judge/room-log.ts'
import { newestWithin, oldestWithin } from './newest-within.ts'

/**
 * A page ends before an offset (at the newest message if there is none), begins after an offset, or has one in its
 * middle.
 */
export type PagePlace =
  | { readonly before?: number | undefined }
  | { readonly after: number }
  | { readonly around: number }

/** The part of a log that pages are read from, and the offsets of the room's last entry and last message. */
interface PageSource {
  readonly log: Pick<RoomLog, 'page'>
  readonly roomId: RoomId
  readonly lastOffset: number
  readonly lastMessage: number
}

/** UTF-8 bytes of text in a page: a page of long replies must not hold up everybody else. */
const PAGE_BYTES = 1024 * 1024
/** Most messages per read; the first reads are smaller, so that little is read that does not fit. */
const STEP = 10

/**
 * Up to `limit` messages, oldest first, with at most 1 MiB of text, but at least one message if there is any.
 * `earlier`, `later`: there are more in that direction.
 */
export async function pageAt(
  source: PageSource,
  place: PagePlace,
  limit: number,
): Promise<Required<MessagesPage>> {
  if ('after' in place) return after(source, place.after, limit, PAGE_BYTES)
  if (!('around' in place)) return before(source, place.before, limit, PAGE_BYTES)
  const half = Math.floor(limit / 2)
  const older = half === 0 ? null : await before(source, place.around, half, PAGE_BYTES / 2)
  const rest = limit - (older?.messages.length ?? 0)
  const newer = await after(source, place.around - 1, rest, PAGE_BYTES / 2)
  return {
    messages: [...(older?.messages ?? []), ...newer.messages],
    earlier: older?.earlier ?? newer.earlier,
    later: newer.later,
  }
}

async function before(
  { log, roomId, lastMessage }: PageSource,
  end: number | undefined,
  limit: number,
  bytes: number,
): Promise<Required<MessagesPage>> {
  let messages: readonly Message[] = []
  // From the entries, since an unreadable one has no message.
  let from = end ?? Number.MAX_SAFE_INTEGER
  for (;;) {
    const step = Math.min(STEP, Math.max(2, messages.length), limit - messages.length)
    const { entries, runs, earlier } = await log.page(roomId, from, step)
    const read = [...messagesOf(entries, runs), ...messages]
    from = entries[0]?.offset ?? from
    messages = newestWithin(read, bytes)
    const cut = messages.length < read.length
    if (cut || !earlier || messages.length >= limit)
      return {
        messages: [...messages],
        earlier: earlier || cut,
        later: lastMessage > (messages.at(-1)?.offset ?? Number.MAX_SAFE_INTEGER),
      }
  }
}

/**
 * All messages before an offset, oldest first. It walks back once to find where pages begin, then forward, so that
 * only one page is in memory: 10 MiB with the longest messages.
 * @param beforeEach awaited before each page; an error it throws ends the walk
 */
export async function* messagesBefore(
  log: PageSource['log'],
  roomId: RoomId,
  end: number,
  beforeEach: () => Promise<void>,
): AsyncGenerator<Message> {
  const ends = [end]
  for (;;) {
    const page = await log.page(roomId, ends.at(-1) ?? 0, STEP)
    const oldest = page.entries[0]
    if (!page.earlier || !oldest) break
    ends.push(oldest.offset)
  }
  for (const before of ends.reverse()) {
    await beforeEach()
    const page = await log.page(roomId, before, STEP)
    yield* messagesOf(page.entries, page.runs)
  }
}

/** Reads stretches of at most as many entries as messages are wanted, so that reading backwards misses no message. */
async function after(
  source: PageSource,
  begin: number,
  limit: number,
  bytes: number,
): Promise<Required<MessagesPage>> {
  const { log, roomId, lastOffset, lastMessage } = source
  let messages: readonly Message[] = []
  let done = begin
  let cut = false
  while (!cut && messages.length < limit && done < lastOffset) {
    const step = Math.min(STEP, limit - messages.length)
    const end = Math.min(done + step, lastOffset)
    const { entries, runs } = await log.page(roomId, end + 1, step)
    const found = messagesOf(entries, runs).filter(({ offset }) => offset > done)
    const read = [...messages, ...found]
    messages = oldestWithin(read, bytes)
    cut = messages.length < read.length
    done = found.length > 0 ? end : await emptyUntil(source, end)
  }
  const first = messages[0]?.offset ?? Math.min(begin, lastOffset) + 1
  const earlier = (await log.page(roomId, first, 1)).entries.length > 0
  return {
    messages: [...messages],
    earlier,
    later: lastMessage > (messages.at(-1)?.offset ?? Number.MAX_SAFE_INTEGER),
  }
}

/**
 * An offset up to which there is no message after `from`, found in ever longer steps, since a room may be quiet for
 * long.
 */
async function emptyUntil({ log, roomId, lastOffset }: PageSource, from: number): Promise<number> {
  let [done, step] = [from, STEP]
  for (; done < lastOffset; step *= 2) {
    const end = Math.min(done + step, lastOffset)
    const newest = (await log.page(roomId, end + 1, 1)).entries[0]
    if (newest && newest.offset > done) break
    done = end
  }
  return done
}
