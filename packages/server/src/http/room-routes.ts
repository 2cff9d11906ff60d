// /api/rooms and /api/invites: a member's rooms, apart from their live updates.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Router, type Request } from 'express'
import {
  type InviteList,
  inviteRequestSchema,
  type OpenInvite,
  Refusal,
  roomRequestSchema,
  type RoomId,
} from '@roomcast/shared/protocol'
import { AtOnce } from '../access/at-once.ts'
import type { Invites } from '../access/invite.ts'
import type { SessionMember } from '../access/session.ts'
import type { StartCode } from '../access/start-code.ts'
import type { TokenBucket } from '../access/token-bucket.ts'
import { TooOften } from '../access/too-often.ts'
import type { Turns } from '../room/turns.ts'
import { transcriptJson, transcriptMarkdown } from '../room/transcript.ts'
import { ownOrigin, perAddress, requireMember, senderOf, spend, type Who } from './guards.ts'
import {
  exportQuerySchema,
  pageQuerySchema,
  parse,
  parseBody,
  placeOf,
  roomIdOf,
  searchQuerySchema,
} from './parse.ts'
import type { RoomsPort } from './rooms-port.ts'

interface RoomRoutesOptions {
  readonly who: Who
  readonly invites: Invites
  readonly rooms: RoomsPort
  readonly publicUrl: string | undefined
  /** The start code, if creating a room requires one, and the limit on wrong codes per address. */
  readonly start: {
    readonly code: StartCode | undefined
    readonly wrong: TokenBucket
    /** The limit for all addresses together, since one person may have many. */
    readonly wrongOfAll: TokenBucket
  }
  /** The limits on new rooms, exports and searches, in addition to the limit on calls. */
  readonly making: TokenBucket
  readonly exporting: TokenBucket
  readonly searching: TokenBucket
  /** The queue for expensive reads. */
  readonly turns: Turns
}

/** Limits on simultaneous exports, and the time without progress after which one is broken off, ms. */
const EXPORTS = { all: 20, perAddress: 8, perMember: 2 }
const EXPORT_STALL_MS = 30_000
/** The one key of a bucket that counts everybody together. */
const ALL = 'all'
const DEFAULT_TITLE = 'New room'
/** Limit on rooms that one member owns. */
const MOST_OWNED = 500
/** Limit on rooms in a list; it contains those used last. */
const MOST_LISTED = 200

/** The routes below `/api/rooms`. */
export function roomRoutes(options: RoomRoutesOptions): Router {
  const { who, invites, rooms, publicUrl, start, making, exporting, searching, turns } = options
  const router = Router()
  const exports = new AtOnce(EXPORTS)
  const sender = (request: Request): Promise<SessionMember> => requireMember(who, request)

  async function urlOf(request: Request, roomId: RoomId, invite: OpenInvite): Promise<string> {
    return `${ownOrigin(request, publicUrl)}/invite/${await invites.sign(roomId, invite)}`
  }

  async function invite(
    request: Request,
    { memberId }: SessionMember,
    roomId: RoomId,
  ): Promise<{ inviteUrl: string; days: number }> {
    const made = await rooms.invite(memberId, roomId, invites.lifetimeMs)
    return { inviteUrl: await urlOf(request, roomId, made), days: invites.daysLeft(made) }
  }

  async function requireSpace({ memberId }: SessionMember): Promise<void> {
    const owned = (await rooms.list(memberId)).filter(({ role }) => role === 'owner')
    if (owned.length < MOST_OWNED) return
    throw new Refusal('rate-limited', `You already own ${MOST_OWNED} rooms. Delete one first.`)
  }

  /** Limits guesses: a wrong code counts against the limit; a correct or missing one does not. */
  function requireStartCode(address: string, code: string | undefined): void {
    if (!start.code) return
    if (code === undefined) throw new Refusal('start-code-needed')
    if (!start.wrong.has(address) || !start.wrongOfAll.has(ALL))
      throw new TooOften(start.wrong.refillSeconds())
    if (start.code.is(code)) return
    start.wrong.take(address)
    start.wrongOfAll.take(ALL)
    throw new Refusal('start-code-needed', 'Wrong start code.')
  }

  router.post('/', async (request, response) => {
    const member = await sender(request)
    spend(making, member.memberId)
    const { title, model, instructions, startCode } = parseBody(request, roomRequestSchema)
    requireStartCode(senderOf(request, member).address, startCode)
    await requireSpace(member)
    const room = await rooms.create(member, { title: title || DEFAULT_TITLE, model, instructions })
    response.status(201).json({ room, ...(await invite(request, member, room.roomId)) })
  })

  router.get('/', async (request, response) => {
    const { memberId } = await sender(request)
    response.json({ rooms: (await rooms.list(memberId)).slice(0, MOST_LISTED) })
  })

  router.post('/:id/invites', async (request, response) => {
    response.json(await invite(request, await sender(request), roomIdOf(request)))
  })

  router.get('/:id/invites', async (request, response) => {
    const { memberId } = await sender(request)
    const roomId = roomIdOf(request)
    const open = await rooms.invites(memberId, roomId)
    const listed = open.map(async (one) => {
      const { by, at, until } = one
      return { inviteUrl: await urlOf(request, roomId, one), by, at, until }
    })
    response.json({ invites: await Promise.all(listed) } satisfies InviteList)
  })

  router.delete('/:id/invites', async (request, response) => {
    const { memberId } = await sender(request)
    await rooms.endInvites(memberId, roomIdOf(request))
    response.status(204).end()
  })

  router.get('/:id/messages', async (request, response) => {
    const member = await sender(request)
    const { memberId } = member
    const inTurn = turns.of(senderOf(request, member))
    const query = parse(pageQuerySchema, request.query)
    response.json(
      await rooms.page(memberId, roomIdOf(request), placeOf(query), query.limit, inTurn),
    )
  })

  router.get('/:id/search', async (request, response) => {
    const member = await sender(request)
    const { memberId } = member
    spend(searching, memberId)
    const { q, before } = parse(searchQuerySchema, request.query)
    response.json(
      await rooms.search(
        memberId,
        roomIdOf(request),
        q,
        before,
        turns.of(senderOf(request, member)),
      ),
    )
  })

  router.get('/:id/export', async (request, response) => {
    const member = await sender(request)
    const { memberId } = member
    spend(exporting, memberId)
    const { format } = parse(exportQuerySchema, request.query)
    const reader = senderOf(request, member)
    const leave = exports.enter(reader)
    try {
      // An export that nobody reads keeps some messages in memory for as long.
      response.setTimeout(EXPORT_STALL_MS, () => response.destroy())
      const transcript = await rooms.transcript(memberId, roomIdOf(request), turns.of(reader))
      const [ending, chunks] =
        format === 'json'
          ? ['json', transcriptJson(transcript)]
          : ['md', transcriptMarkdown(transcript)]
      response.attachment(`${fileName(transcript.title)}.${ending}`)
      await pipeline(Readable.from(chunks), response)
    } finally {
      leave()
    }
  })

  router.delete('/:id', async (request, response) => {
    const { memberId } = await sender(request)
    await rooms.remove(memberId, roomIdOf(request))
    response.status(204).end()
  })

  return router
}

/** The routes below `/api/invites`. */
export function inviteRoutes(
  { who, invites, rooms }: Pick<RoomRoutesOptions, 'who' | 'invites' | 'rooms'>,
  bucket: TokenBucket,
): Router {
  const router = Router()
  router.post('/accept', perAddress(bucket), async (request, response) => {
    const member = await requireMember(who, request)
    const { invite } = parseBody(request, inviteRequestSchema)
    const { roomId, inviteId } = await invites.open(invite)
    const room = await rooms.admit(roomId, member, inviteId)
    response.json({ room, role: room.role })
  })

  // For the page that asks for a name: anyone with an invite may see where it leads.
  router.post('/look', perAddress(bucket), async (request, response) => {
    const { invite } = parseBody(request, inviteRequestSchema)
    const { roomId, inviteId } = await invites.open(invite)
    response.json(await rooms.previewInvite(roomId, inviteId))
  })
  return router
}

/** A title as a file name that is valid on any system. */
function fileName(title: string): string {
  const name = title
    .replace(/[\p{C}\\/:*?"<>|.]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return [...name].slice(0, 80).join('').trim() || 'room'
}
