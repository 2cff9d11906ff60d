// /api/rooms/:id/events: the room as server-sent events. The sender and the origin are checked here, with JSON errors,
// before the stream begins; the rest is behind the port.
import type { ServerResponse } from 'node:http'
import { Router, type Request } from 'express'
import { type MemberId, type Position, Refusal, type RoomId } from '@roomcast/shared/protocol'
import { mayWatch } from '../access/origin.ts'
import { positionFrom } from '../events/event-id.ts'
import { requireMember, senderOf, type Who } from './guards.ts'
import { roomIdOf } from './parse.ts'

export interface EventsPort {
  /**
   * Shows a room on a response, from `since` on where possible, until either side ends it.
   * @throws Refusal `room-not-found`, `rate-limited`, `shutting-down`; then nothing has been written
   */
  watch(
    reader: { readonly memberId: MemberId; readonly address: string; readonly endsAt: number },
    roomId: RoomId,
    since: Position | undefined,
    response: ServerResponse,
  ): Promise<void>
}

interface EventRoutesOptions {
  readonly who: Who
  readonly events: EventsPort
  readonly allowedOrigins: readonly string[]
}

export function eventRoutes({ who, events, allowedOrigins }: EventRoutesOptions): Router {
  const router = Router()
  router.get('/:id/events', async (request, response) => {
    // Express routes HEAD here too, but a stream without a body is pointless.
    if (request.method !== 'GET') throw new Refusal('not-found')
    if (!mayWatch(request.headers, allowedOrigins)) throw new Refusal('origin-refused')
    const member = await requireMember(who, request)
    const reader = { ...senderOf(request, member), endsAt: member.endsAt }
    await events.watch(reader, roomIdOf(request), sinceOf(request), response)
  })
  return router
}

/** The position to resume from. The header, which browsers set when they reconnect, is newer than the query. */
function sinceOf(request: Request): Position | undefined {
  const { lastEventId } = request.query
  const id = request.headers['last-event-id'] ?? lastEventId
  return typeof id === 'string' ? positionFrom(id) : undefined
}
