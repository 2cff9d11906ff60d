// The status of the link in words: a short one for the chip, a sentence where there is something to say.
import type { ErrorBody } from '@roomcast/shared/protocol'
import { unreachable } from '@roomcast/shared/unreachable'
import type { Status } from '../room/status.ts'

/** A link that is back within this time is not worth a sentence. */
const BLIP_MS = 1500

export interface StatusText {
  readonly tone: 'good' | 'busy' | 'bad'
  readonly chip: string
  /** What it means for the member; null while all is well. */
  readonly sentence: string | null
}

/** @param closing what the server said when it ended the link, if it did */
export function statusText(status: Status, closing: ErrorBody | null, now: number): StatusText {
  switch (status.kind) {
    case 'connecting':
      return { tone: 'busy', chip: 'Connecting…', sentence: null }
    case 'catching-up':
      return { tone: 'busy', chip: 'Catching up…', sentence: null }
    case 'live':
      return { tone: 'good', chip: 'Live', sentence: null }
    case 'paused':
      return { tone: 'busy', chip: 'Paused', sentence: pausedText(status.error) }
    case 'refused':
      return { tone: 'bad', chip: 'Not connected', sentence: status.error.message }
    case 'offline': {
      if (now - status.since < BLIP_MS)
        return { tone: 'busy', chip: 'Reconnecting…', sentence: null }
      const why = closing === null ? 'Connection lost.' : closingText(closing)
      const when = nextTry(status.retryAt, now)
      return { tone: 'bad', chip: 'Offline', sentence: `${why} Your text is safe. ${when}` }
    }
    default:
      return unreachable(status)
  }
}

function pausedText({ code }: ErrorBody): string {
  return code === 'storage-full'
    ? 'Paused: the server’s storage is full. It goes on when there is space again; answers can still be stopped.'
    : 'Paused: the server cannot reach its storage. What is here is safe; it goes on by itself.'
}

function closingText(closing: ErrorBody): string {
  return closing.code === 'shutting-down' ? 'The server is restarting.' : closing.message
}

function nextTry(retryAt: number | null, now: number): string {
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000)
  return seconds <= 0 ? 'Trying again…' : `Trying again in ${seconds} s…`
}
