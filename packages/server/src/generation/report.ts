// The operator's log line about an answer that has ended: its outcome, and why it failed. Contains nothing anybody
// wrote.
import type { Logger } from '../logger.ts'
import type { Started } from '../judge/room-log.ts'
import { memberLabel } from '../spending/member-label.ts'
import type { FailureCode } from './claude.ts'
import type { Finished } from './generation.ts'

/** Failures that recur for everyone until the operator acts. */
const FOR_THE_OPERATOR: ReadonlySet<string> = new Set<FailureCode>([
  'authentication',
  'billing',
  'permission',
])

/** Failures whose code alone does not explain them. */
const NEEDS_WORDS: ReadonlySet<string> = new Set<FailureCode>([
  'authentication',
  'billing',
  'permission',
  'invalid-request',
  'too-large',
  'unknown-model',
])

/** Logs the end of a generation: at level error if only the operator can help. */
export function reportEnd(logger: Logger, started: Started, finished: Finished): void {
  const { roomId, generationId, number, by, model } = started
  const { ended, attempts, usage, reason, unknown } = finished
  const code = ended?.error?.code
  const level = code !== undefined && FOR_THE_OPERATOR.has(code) ? 'error' : 'info'
  logger[level](
    {
      roomId,
      generationId,
      number,
      memberId: by,
      member: memberLabel(by),
      model,
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      attempt: attempts,
      ...(ended ? { outcome: ended.outcome, end: ended.end } : {}),
      ...(code === undefined ? {} : { code }),
      ...(reason === null || !NEEDS_WORDS.has(code ?? '') ? {} : { why: reason }),
    },
    'a generation ended',
  )
  for (const name of unknown)
    logger.warn(
      { roomId, generationId, reason: name },
      'Claude sent something that this version does not know',
    )
}
