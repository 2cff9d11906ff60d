// A whole application on a free port with rooms in memory, for tests of HTTP.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Refusal, type Member, type Message, type RoomSummary } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { Allowance } from '@roomcast/server/access/allowance.ts'
import { servedNames } from '@roomcast/server/access/host.ts'
import { Invites } from '@roomcast/server/access/invite.ts'
import { Sessions } from '@roomcast/server/access/session.ts'
import { Tokens } from '@roomcast/server/access/tokens.ts'
import { makeLogger } from '@roomcast/server/logger.ts'
import { createApp, type AppOptions } from '@roomcast/server/http/app.ts'
import type { PagePlace } from '@roomcast/server/room/message-pages.ts'
import { Turns } from '@roomcast/server/room/turns.ts'
import type { RoomsPort } from '@roomcast/server/http/rooms-port.ts'
import { countingBytes } from './counting-bytes.ts'
import { SimulatedClock } from './clock.ts'

interface MemoryRoom {
  readonly title: string
  readonly instructions: string
  readonly members: Member[]
  readonly messages: Message[]
}

/** Rooms that keep everything in a map; `pages` records the requests. */
export function memoryRooms(clock: Pick<Clock, 'now'>) {
  const rooms = new Map<string, MemoryRoom>()
  const pages: (PagePlace & { limit: number })[] = []
  const searches: { query: string; before: number | undefined }[] = []
  const room = (memberId: string, roomId: string) => {
    const found = rooms.get(roomId)
    const member = found?.members.find((each) => each.memberId === memberId)
    if (!found || !member) throw new Refusal('room-not-found')
    return { found, member }
  }
  const summary = (memberId: string, roomId: string): RoomSummary => {
    const { found, member } = room(memberId, roomId)
    return { roomId, title: found.title, role: member.role, at: 1, running: false }
  }
  const port: RoomsPort = {
    async create({ memberId, name }, { title, model, instructions }) {
      if (model === 'explode') throw new Error('secret text')
      const roomId = `room-${rooms.size + 1}`
      const owner: Member = { memberId, name, role: 'owner', joinedAt: 0 }
      rooms.set(roomId, { title, instructions, members: [owner], messages: [] })
      return await Promise.resolve(summary(memberId, roomId))
    },
    async admit(roomId, { memberId, name }) {
      const found = rooms.get(roomId)
      if (!found) throw new Refusal('room-not-found')
      if (!found.members.some((each) => each.memberId === memberId)) {
        found.members.push({ memberId, name, role: 'member', joinedAt: 0 })
      }
      return await Promise.resolve(summary(memberId, roomId))
    },
    async previewInvite(roomId) {
      const found = rooms.get(roomId)
      if (!found) throw new Refusal('room-not-found')
      const here = found.members.map(({ name }) => name)
      return await Promise.resolve({ title: found.title, here, running: false })
    },
    async invite(memberId, roomId, lifetimeMs) {
      room(memberId, roomId)
      const until = clock.now() + lifetimeMs
      return await Promise.resolve({ inviteId: 'invite-1', by: memberId, at: 0, until })
    },
    async invites(memberId, roomId) {
      return [await port.invite(memberId, roomId, 7 * 24 * 60 * 60 * 1000)]
    },
    async endInvites(memberId, roomId) {
      room(memberId, roomId)
      await Promise.resolve()
    },
    list: (memberId) =>
      Promise.resolve(
        [...rooms]
          .filter(([, { members }]) => members.some((each) => each.memberId === memberId))
          .map(([roomId]) => summary(memberId, roomId)),
      ),
    async page(memberId, roomId, place, limit) {
      const { found } = room(memberId, roomId)
      pages.push({ ...place, limit })
      return await Promise.resolve({ messages: found.messages.slice(-limit), earlier: false })
    },
    async search(memberId, roomId, query, before) {
      room(memberId, roomId)
      searches.push({ query, before })
      return await Promise.resolve({ found: [], next: null })
    },
    summary: async (memberId, roomId) => await Promise.resolve(summary(memberId, roomId)),
    async transcript(memberId, roomId) {
      const { found } = room(memberId, roomId)
      async function* messages() {
        for (const message of found.messages) {
          if (message.kind === 'said' && message.text === 'break') throw new Error('secret text')
          yield await Promise.resolve(message)
        }
      }
      const { title, members } = found
      return await Promise.resolve({ title, members, messages: messages() })
    },
    async remove(memberId, roomId) {
      if (room(memberId, roomId).member.role !== 'owner') throw new Refusal('not-yours')
      rooms.delete(roomId)
      await Promise.resolve()
    },
  }
  return { port, rooms, pages, searches }
}

export type TestApp = Awaited<ReturnType<typeof openTestApp>>

/** Listens on a free port of this machine; `close` stops it. */
export async function openTestApp(changes: Partial<AppOptions> = {}) {
  const clock = new SimulatedClock()
  const random = countingBytes()
  const sessionsWith = (key: Uint8Array) => new Sessions(new Tokens(key, clock), random, 90)
  const key = new Uint8Array(32).fill(7)
  const sessions = sessionsWith(key)
  const invites = new Invites(new Tokens(key, clock), clock, 7)
  const memory = memoryRooms(clock)
  const lines: string[] = []
  const logger = makeLogger('debug', { write: (line) => void lines.push(line) })
  const app = createApp({
    sessions,
    invites,
    rooms: memory.port,
    events: { watch: () => Promise.reject(new Refusal('room-not-found')) },
    models: () => Promise.resolve({ simulated: true, default: 'm', models: [] }),
    clientDirectory: '/nowhere',
    logger,
    clock,
    isServed: servedNames('127.0.0.1', changes.allowedOrigins ?? []),
    allowedOrigins: [],
    publicUrl: undefined,
    startCode: undefined,
    trustProxy: false,
    turns: new Turns({ clock, milliseconds: () => clock.now() }),
    written: new Allowance(clock, { perMember: 1e9, perAddress: 1e9 }),
    operator: {
      readiness: () => ({ ready: true }),
      metrics: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
    },
    measuresInPublic: true,
    onRefused: () => undefined,
    ...changes,
  })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  /** A call as a program makes it: with a bearer token, and `body` as JSON. */
  async function call(method: string, path: string, token?: string, body?: unknown) {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return await read(response)
  }

  /** An invite to a room, as in a link; valid for 7 days. */
  const inviteTo = (roomId: string) =>
    invites.sign(roomId, { inviteId: 'invite-1', until: clock.now() + invites.lifetimeMs })

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, call, close, clock, key, sessions, sessionsWith, inviteTo, lines, ...memory }
}

/** Status, headers and JSON (null if it is none) of a response. */
export async function read(response: Response) {
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json')
  const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : null
  const error = json?.['error'] as { code: string; message: string; retryable: boolean } | undefined
  return { status: response.status, headers: response.headers, text, json, error }
}
