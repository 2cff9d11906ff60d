// A node that has started looks at the way that leads to it, and logs what it saw. Nothing depends on it.
import type { Clock } from '@roomcast/shared/clock'
import type { Logger } from '../logger.ts'
import { type Finding, type FindingCode, wordsFor } from './findings.ts'

/** A proxy may start after the nodes it leads to: what may pass is looked at again, so many ms later. */
const WAITS_MS = [2000, 30_000, 120_000]
const MAY_PASS: ReadonlySet<FindingCode> = new Set(['unreachable', 'timed-out', 'no-node', 'busy'])

interface ReportOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Looks once; never rejects. */
  readonly check: (origin: URL) => Promise<readonly Finding[]>
}

/**
 * Has the way to `publicUrl` checked a little later, and logs one line when all is well, else one for each thing
 * that is wrong.
 * @returns calls it off
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
