// GET /api/rooms/proxy-check/events: a stream for `pnpm check-proxy`, and for a node after its start, to detect
// buffering of event streams on the way. Needs no session and reveals nothing.
import { Router } from 'express'
import type { Clock } from '@roomcast/shared/clock'
import { Refusal } from '@roomcast/shared/protocol'
import type { TokenBucket } from '../access/token-bucket.ts'
import { TooOften } from '../access/too-often.ts'
import { STREAM_HEADERS } from '../events/frame.ts'
import { eventOf, GAP_MS, nonceFrom, PIECES, PROXY_CHECK_ROOM } from '../proxy-check/pieces.ts'
import { perAddress } from './guards.ts'

/** Limit on simultaneous streams, all addresses together; each ends within a second. */
const MOST_AT_ONCE = 5
const RETRY_SECONDS = 1

/** @param bucket limits the streams of each address */
export function proxyCheckRoute(clock: Clock, bucket: TokenBucket): Router {
  const router = Router()
  let running = 0
  router.get(`/${PROXY_CHECK_ROOM}/events`, perAddress(bucket), (request, response) => {
    // Express routes HEAD here too.
    if (request.method !== 'GET') throw new Refusal('not-found')
    if (running >= MOST_AT_ONCE) throw new TooOften(RETRY_SECONDS)
    running++
    let stop = () => {}
    response.once('close', () => {
      running--
      stop()
    })
    const nonce = nonceFrom(request.query['nonce'])
    const began = clock.now()
    const write = (number: number): void => {
      response.write(eventOf({ nonce, number, after: Math.max(0, clock.now() - began) }))
      if (number === PIECES) response.end()
      else stop = clock.after(GAP_MS, () => write(number + 1))
    }
    response.writeHead(200, STREAM_HEADERS)
    write(1)
  })
  return router
}
