// A node that has started checks the way from its public address to itself, and logs the findings. Nothing depends on
// it.
import type { Clock } from '@roomcast/shared/clock'
import type { Logger } from '../logger.ts'
import { type Finding, type FindingCode, wordsFor } from './findings.ts'

/** A proxy may start after its nodes, so problems that may pass are checked again after these pauses, ms. */
const WAITS_MS = [2000, 30_000, 120_000]
const MAY_PASS: ReadonlySet<FindingCode> = new Set(['unreachable', 'timed-out', 'no-node', 'busy'])

interface ReportOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Checks once; never rejects. */
  readonly check: (origin: URL) => Promise<readonly Finding[]>
}

/**
 * Checks the way to `publicUrl` a little later, and logs one line if all is well, or else one per problem.
 * @returns cancels the check
 */
export function reportProxy(
  publicUrl: string,
  { clock, logger, check }: ReportOptions,
): () => void {
  const origin = new URL(publicUrl)
  const { host } = origin
  let calledOff = false
  let stop = () => {}

  const lookLater = ([wait = 0, ...waits]: readonly number[]): void => {
    stop = clock.after(wait, () => void look(waits))
  }

  const look = async (waits: readonly number[]): Promise<void> => {
    const found = await check(origin)
    if (calledOff) return
    if (waits.length > 0 && found.some(({ code }) => MAY_PASS.has(code))) return lookLater(waits)
    if (found.length === 0) logger.info({ host }, 'PUBLIC_URL leads here, live and unbuffered')
    for (const { code } of found) {
      const { sentence, advice } = wordsFor(code)
      logger.warn({ host, code }, `PUBLIC_URL: ${sentence} ${advice}`)
    }
  }

  lookLater(WAITS_MS)
  return () => {
    calledOff = true
    stop()
  }
}
