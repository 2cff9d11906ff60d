// Checks the way from people's browsers to this server: two requests, and their findings.
import type { Clock } from '@roomcast/shared/clock'
import { checkEvents } from './event-check.ts'
import type { Finding } from './findings.ts'
import { checkUpgrade } from './upgrade-check.ts'

interface CheckOptions {
  readonly clock: Clock
  /** Returns `size` unpredictable bytes. */
  readonly random: (size: number) => Uint8Array
}

/**
 * Checks at the public address whether text arrives as it is written, and whether connections become WebSockets.
 * Takes half a minute at most; never rejects.
 * @returns the problems found; empty if all is well
 */
export async function checkProxy(
  origin: URL,
  { clock, random }: CheckOptions,
): Promise<readonly Finding[]> {
  const text = (size: number, encoding: BufferEncoding) =>
    Buffer.from(random(size)).toString(encoding)
  const events = () => checkEvents(origin, text(16, 'base64url'), clock)
  const first = await events()
  // A busy machine may read pieces late that arrived in time; a proxy that buffers does so again.
  const stream = first?.code === 'buffered' ? await events() : first
  const upgrade = await checkUpgrade(origin, text(16, 'base64'), clock)
  const found = [stream, upgrade].filter((each) => each !== null)
  return found.filter(({ code }, index) => found.findIndex((each) => each.code === code) === index)
}
