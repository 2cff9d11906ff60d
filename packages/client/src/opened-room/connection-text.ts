// The text of the connection status: a short one for the chip, and a sentence if there is something to explain.
import type { ErrorBody } from '@roomcast/shared/protocol'
import { unreachable } from '@roomcast/shared/unreachable'
import type { Status } from '../room/status.ts'
import { refusalText } from '../api/api-error.ts'
import { words } from '../wording/language.ts'

/** A connection that is back within this time, ms, needs no sentence. */
const BLIP_MS = 1500

export interface ConnectionText {
  readonly tone: 'good' | 'busy' | 'bad'
  readonly chip: string
  /** What the status means for the member; null while all is well. */
  readonly sentence: string | null
}

/** Content on this screen that the member might fear to lose. */
interface OnScreen {
  /** The room has been loaded. */
  readonly opened: boolean
  /** The member has written something that has not been acknowledged yet. */
  readonly written: boolean
}

/** @param closing the error with which the server closed the connection, if it did */
export function connectionText(
  status: Status,
  closing: ErrorBody | null,
  now: number,
  onScreen: OnScreen,
): ConnectionText {
  const said = words.shell.status
  switch (status.kind) {
    case 'connecting':
      return { tone: 'busy', chip: said.connecting, sentence: null }
    case 'catching-up':
      return { tone: 'busy', chip: said.catchingUp, sentence: null }
    case 'live':
      return { tone: 'good', chip: said.live, sentence: null }
    case 'paused':
      return { tone: 'busy', chip: said.paused, sentence: pausedText(status.error, onScreen) }
    case 'refused':
      return { tone: 'bad', chip: said.refused, sentence: refusalText(status.error) }
    case 'offline': {
      if (now - status.since < BLIP_MS)
        return { tone: 'busy', chip: said.reconnecting, sentence: null }
      const why = closing === null ? said.lost : closingText(closing)
      const parts = [why, onScreen.written ? said.textIsSafe : '', nextTry(status.retryAt, now)]
      return {
        tone: 'bad',
        chip: said.offline,
        sentence: parts.filter((part) => part !== '').join(' '),
      }
    }
    default:
      return unreachable(status)
  }
}

function pausedText({ code }: ErrorBody, { opened }: OnScreen): string {
  const said = words.shell.status
  if (code === 'storage-full') return opened ? said.storageFull : said.storageFullUnopened
  return opened ? said.storageAway : said.storageAwayUnopened
}

function closingText(closing: ErrorBody): string {
  return closing.code === 'shutting-down' ? words.shell.status.restarting : closing.message
}

function nextTry(retryAt: number | null, now: number): string {
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000)
  return seconds <= 0 ? words.shell.status.tryingAgain : words.shell.status.nextTry(seconds)
}
