// The way between people and this server, seen from where people are: two questions, and what their answers tell.
import type { Clock } from '@roomcast/shared/clock'
import { checkEvents } from './event-check.ts'
import type { Finding } from './findings.ts'
import { checkUpgrade } from './upgrade-check.ts'

interface CheckOptions {
  readonly clock: Clock
  /** Gives `size` bytes nobody can guess. */
  readonly random: (size: number) => Uint8Array
}

/**
 * Asks the address that people use whether text arrives as it is written, and whether connections become WebSockets.
 * Takes half a minute at most; never rejects.
 * @returns what is wrong; nothing when all is well
 */
export async function checkProxy(
  origin: URL,
  { clock, random }: CheckOptions,
): Promise<readonly Finding[]> {
  const text = (size: number, encoding: BufferEncoding) =>
    Buffer.from(random(size)).toString(encoding)
  const events = () => checkEvents(origin, text(16, 'base64url'), clock)
  const first = await events()
  // A machine that is busy may read late what came in time; whatever buffers does so again.
  const stream = first?.code === 'buffered' ? await events() : first
  const upgrade = await checkUpgrade(origin, text(16, 'base64'), clock)
  const found = [stream, upgrade].filter((each) => each !== null)
  return found.filter(({ code }, index) => found.findIndex((each) => each.code === code) === index)
}
