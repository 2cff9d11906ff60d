// Searches the messages of a room for words, newest first, with bounded work per call.
import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Message, RoomId, SearchPage } from '@roomcast/shared/protocol'
import { byteLength, messagesOf } from '@roomcast/shared/room'
import type { RoomLog } from '../judge/room-log.ts'
import { atOnce, type InTurn } from './turns.ts'
import { passageSteps, searchedText, wordsOf } from './words-in-text.ts'

/** Limits of one call on results, messages and bytes; at a limit it returns where to continue. */
const MOST_FOUND = 20
const MOST_MESSAGES = 1000
const MOST_BYTES = 4 * 1024 * 1024
/** Messages per read: few at first, more while they are short. */
const STEPS = { least: 1, most: 100, bytes: 128 * 1024 } as const

type Found = SearchPage['found'][number]

/** Searches messages before offset `before` (undefined: all), in short acts. */
export async function searchBefore(
  log: Pick<RoomLog, 'page'>,
  roomId: RoomId,
  query: string,
  before: number = Number.MAX_SAFE_INTEGER,
  inTurn: InTurn = atOnce,
): Promise<SearchPage> {
  const words = wordsOf(query)
  const found: Found[] = []
  let [end, looked, bytes, step]: [number, number, number, number] = [before, 0, 0, STEPS.least]
  while (looked < MOST_MESSAGES && bytes < MOST_BYTES) {
    const [from, most] = [end, step]
    const { messages, earlier, first } = await inTurn(async () => {
      const { entries, runs, ...page } = await log.page(roomId, from, most)
      return {
        messages: messagesOf(entries, runs).toReversed(),
        earlier: page.earlier,
        first: entries[0],
      }
    })
    let read = 0
    for (const message of messages) {
      end = message.offset
      looked += 1
      read += byteLength(message.text)
      const hit = await foundIn(message, words, inTurn)
      if (hit) found.push(hit)
      if (found.length >= MOST_FOUND) return { found, next: end }
    }
    if (!earlier) return { found, next: null }
    // From the entries, since an unreadable one has no message.
    end = first?.offset ?? end
    bytes += read
    // With a storage that answers at once, this loop would otherwise never yield to other work.
    await othersTurn()
    step = read < STEPS.bytes ? Math.min(step * 2, STEPS.most) : STEPS.least
  }
  return { found, next: end }
}

async function foundIn(
  message: Message,
  words: readonly string[],
  inTurn: InTurn,
): Promise<Found | null> {
  const steps = passageSteps(searchedText(message), words)
  // A short message takes one step, and needs no turn of its own.
  let step = steps.next()
  while (!step.done) step = await inTurn(() => steps.next())
  const place = step.value
  if (!place) return null
  const { kind, offset, at, by } = message
  const id = message.kind === 'said' ? message.messageId : message.generationId
  return { kind, id, offset, at, by, ...place }
}
