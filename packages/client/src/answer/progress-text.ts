// The progress of the answer being written, in a few words that never wrap.
import type { RunningAnswer } from './use-running-answer.ts'
import type { Status } from '../room/status.ts'
import { words } from '../wording/language.ts'
import { secondsText } from '../wording/words.ts'

/** After this long without new text, the strip reports the silence instead of the length, ms. */
const SILENT_MS = 20_000
/** UTF-8 bytes in about one token of common text. */
export const TOKEN_BYTES = 4

/** The one fact that matters most; `now` is by this screen's clock. */
export function stripText(answering: RunningAnswer, link: Status['kind'], now: number): string {
  const said = words.shell.strip
  if (link === 'offline' || link === 'paused') return said.still[link]
  const silent = link === 'live' ? now - answering.grew : 0
  if (silent >= SILENT_MS) return said.silent(secondsText(silent))
  const { end, marks } = answering.reply
  const time = secondsText(now - answering.began)
  const isThinking = end === 0 || marks.at(-1)?.kind === 'thinking'
  return isThinking ? said.thinking(time) : said.written(time, Math.ceil(end / TOKEN_BYTES))
}
