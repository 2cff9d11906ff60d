// The HTTP part of the contract, as the page needs it. Every answer is parsed; every failure is an ApiError
// with a body for people and programs. The session is a cookie that scripts cannot read.
import {
  errorSchema,
  inviteAcceptedSchema,
  type InviteLook,
  inviteLookSchema,
  inviteUrlSchema,
  type MessagesPage,
  type Models,
  modelsSchema,
  readMessages,
  roomListSchema,
  roomMadeSchema,
  type RoomSummary,
  type SearchPage,
  searchPageSchema,
  sessionLinkSchema,
  sessionSchema,
} from '@roomcast/shared/protocol'
import * as v from 'valibot'
import { ApiError, type ApiErrorBody } from './api-error.ts'

/** A page of messages, which are read one by one: one that cannot be read takes no other with it. */
const anyPageSchema = v.object({
  messages: v.array(v.unknown()),
  earlier: v.boolean(),
  later: v.optional(v.boolean()),
})

const whoSchema = v.object({ member: sessionSchema.entries.member })
const whoOrNobodySchema = v.object({ member: v.nullable(sessionSchema.entries.member) })
/** Who this browser is to the server. */
export type Who = Readonly<v.InferOutput<typeof whoSchema>['member']>

/** Where a page of messages lies, by an offset. */
export type PagePlace =
  { readonly before: number } | { readonly after: number } | { readonly around: number }

const failureSchema = v.object({ error: errorSchema })
const UNREACHABLE: ApiErrorBody = {
  code: 'unreachable',
  message: '',
  retryable: true,
}
const UNREADABLE: ApiErrorBody = {
  code: 'unreadable',
  message: '',
  retryable: true,
}

export class Api {
  readonly #base: string

  /** @param base origin of the server; empty for the one this page came from */
  constructor(base = '') {
    this.#base = base
  }

  /** Who this browser is, or null when it has no session. */
  async who(): Promise<Who | null> {
    return (await this.#get('/api/session', whoOrNobodySchema)).member
  }

  async startSession(name: string): Promise<Who> {
    return (await this.#post('/api/session', { name }, whoSchema)).member
  }

  /** Becomes the member that a personal link belongs to. */
  async backIn(key: string): Promise<Who> {
    return (await this.#post('/api/session', { key }, whoSchema)).member
  }

  /** A link that opens this session in another browser; whoever has it is this member. */
  async personalLink(): Promise<string> {
    return (await this.#post('/api/session/link', {}, sessionLinkSchema)).url
  }

  /** @param startCode where the server needs one: it says `start-code-needed` without */
  async makeRoom(title: string, startCode?: string): Promise<RoomSummary> {
    const request = { title, ...(startCode === undefined ? {} : { startCode }) }
    return (await this.#post('/api/rooms', request, roomMadeSchema)).room
  }

  async rooms(): Promise<readonly RoomSummary[]> {
    return (await this.#get('/api/rooms', roomListSchema)).rooms
  }

  /** A link that makes who opens it a member, and for how many days. */
  makeInvite(roomId: string): Promise<v.InferOutput<typeof inviteUrlSchema>> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}/invites`
    return this.#post(path, {}, inviteUrlSchema)
  }

  /** Ends all links of a room; for a member who may invite. */
  async endInvites(roomId: string): Promise<void> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}/invites`
    await this.#call(path, { method: 'DELETE' }, v.unknown())
  }

  async acceptInvite(invite: string): Promise<RoomSummary> {
    return (await this.#post('/api/invites/accept', { invite }, inviteAcceptedSchema)).room
  }

  /** What an invite leads to, without taking it. */
  lookAtInvite(invite: string): Promise<InviteLook> {
    return this.#post('/api/invites/look', { invite }, inviteLookSchema)
  }

  /** Removes a room for good; for its owner. */
  async deleteRoom(roomId: string): Promise<void> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}`
    await this.#call(path, { method: 'DELETE' }, v.unknown())
  }

  /** Where the whole transcript of a room can be saved from. */
  exportUrl(roomId: string, format: 'markdown' | 'json'): string {
    return `${this.#base}/api/rooms/${encodeURIComponent(roomId)}/export?format=${format}`
  }

  /** Up to `limit` messages before, after or around an offset, oldest first. */
  async messages(roomId: string, place: PagePlace, limit: number): Promise<MessagesPage> {
    const query = new URLSearchParams(
      Object.entries({ ...place, limit }).map(([name, value]) => [name, String(value)]),
    )
    const path = `/api/rooms/${encodeURIComponent(roomId)}/messages?${query}`
    const page = await this.#get(path, anyPageSchema)
    return { ...page, messages: readMessages(page.messages) ?? [] }
  }

  /** Messages before an offset (null: all) in which the words stand, newest first. */
  search(roomId: string, words: string, before: number | null): Promise<SearchPage> {
    const query = new URLSearchParams({ q: words })
    if (before !== null) query.set('before', String(before))
    return this.#get(`/api/rooms/${encodeURIComponent(roomId)}/search?${query}`, searchPageSchema)
  }

  models(): Promise<Models> {
    return this.#get('/api/models', modelsSchema)
  }

  #get<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
    return this.#call(path, {}, schema)
  }

  #post<S extends v.GenericSchema>(
    path: string,
    body: object,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    const headers = { 'content-type': 'application/json' }
    return this.#call(path, { method: 'POST', headers, body: JSON.stringify(body) }, schema)
  }

  async #call<S extends v.GenericSchema>(
    path: string,
    init: RequestInit,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    const response = await fetch(this.#base + path, init).catch(() => {
      throw new ApiError(UNREACHABLE)
    })
    const body: unknown = await response.json().catch(() => null)
    if (!response.ok) throw new ApiError(failureOf(body))
    const parsed = v.safeParse(schema, body)
    if (!parsed.success) throw new ApiError(UNREADABLE)
    return parsed.output
  }
}

/** A proxy in front may answer for a server that is away, in its own words. */
function failureOf(body: unknown): ApiErrorBody {
  const parsed = v.safeParse(failureSchema, body)
  return parsed.success ? parsed.output.error : UNREACHABLE
}
