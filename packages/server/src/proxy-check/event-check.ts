// Whether an event stream arrives bit by bit: reads one that is written that way, and compares when its pieces were
// written with when they arrived.
import type { Clock } from '@roomcast/shared/clock'
import { type Finding, finding, findingOf } from './findings.ts'
import { type Piece, pieceFrom, PIECES, PROXY_CHECK_ROOM } from './pieces.ts'

/** Time limit of the check, ms. */
const PATIENCE_MS = 10_000
/** Limit on the characters read: pieces are small, so anything longer is something else. */
const MOST_CHARACTERS = 64 * 1024

interface Arrival extends Piece {
  /** The time of arrival, ms since 1970. */
  readonly at: number
}

/**
 * Reads the short stream at `origin` once. Never rejects.
 * @param nonce fresh for each request; `[A-Za-z0-9_-]`, 64 at most
 */
export async function checkEvents(
  origin: URL,
  nonce: string,
  clock: Clock,
): Promise<Finding | null> {
  const address = new URL(`/api/rooms/${PROXY_CHECK_ROOM}/events?nonce=${nonce}`, origin)
  const abort = new AbortController()
  const stop = clock.after(PATIENCE_MS, () => abort.abort())
  try {
    const response = await fetch(address, {
      redirect: 'manual',
      signal: abort.signal,
      headers: { accept: 'text/event-stream', 'cache-control': 'no-cache' },
    })
    const refused = await judgeHead(response, address)
    return refused ?? judge(await arrivals(response, clock), nonce)
  } catch (error) {
    if (abort.signal.aborted) return finding('timed-out', `${PATIENCE_MS / 1000} s were not enough`)
    return findingOf(error, address.host)
  } finally {
    stop()
    // Closes the response if it is still open; nothing reads it after this.
    abort.abort()
  }
}

async function judgeHead(response: Response, address: URL): Promise<Finding | null> {
  const { status, headers } = response
  const type = headers.get('content-type') ?? 'no type'
  if (status >= 300 && status < 400)
    return finding('redirected', `${address.host} → ${headers.get('location') ?? 'nowhere'}`)
  if (status === 421) return finding('origin-refused', `status ${status}`)
  if (status === 429) return finding('busy', `status ${status}`)
  if (status >= 502 && status <= 504) return finding('no-node', `status ${status}`)
  if (status === 200 && type.startsWith('text/event-stream')) return null
  await response.body?.cancel()
  return finding('not-roomcast', `status ${status}, ${type}`)
}

async function arrivals(response: Response, clock: Clock): Promise<readonly Arrival[]> {
  const found: Arrival[] = []
  if (!response.body) return found
  let characters = 0
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const at = clock.now()
    characters += text.length
    const events = (rest + text).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const piece = pieceFrom(event)
      if (piece) found.push({ ...piece, at })
    }
    if (found.length >= PIECES || characters > MOST_CHARACTERS) return found
  }
  return found
}

/**
 * The first piece was buffered for the difference between the time the pieces took to write and the time they took to
 * arrive.
 */
function judge(found: readonly Arrival[], nonce: string): Finding | null {
  const [first, last] = [found[0], found.at(-1)]
  if (!first || !last) return finding('not-roomcast', 'an event stream of something else')
  if (found.some((piece) => piece.nonce !== nonce)) return finding('kept', 'an old answer')
  if (last.number !== PIECES)
    return finding('broken-off', `${found.length} of ${PIECES} pieces came`)
  const written = last.after - first.after
  const came = last.at - first.at
  if (written - came <= written / 2) return null
  return finding(
    'buffered',
    `${PIECES} pieces, written within ${written} ms, came within ${came} ms`,
  )
}
