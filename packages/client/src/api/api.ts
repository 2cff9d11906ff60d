// The HTTP calls that the page needs. Every answer is parsed; every failure is an ApiError whose body serves people and
// programs. The session is a cookie that scripts cannot read.
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

/** A page of messages. Each is read by itself, so an unreadable one does not affect the others. */
const anyPageSchema = v.object({
  messages: v.array(v.unknown()),
  earlier: v.boolean(),
  later: v.optional(v.boolean()),
})

const whoSchema = v.object({ member: sessionSchema.entries.member })
const whoOrNobodySchema = v.object({ member: v.nullable(sessionSchema.entries.member) })
/** The member that the server takes this browser for. */
export type Who = Readonly<v.InferOutput<typeof whoSchema>['member']>

/** The place of a page of messages, relative to an offset. */
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

  /** @param base origin of the server; empty for the origin of this page */
  constructor(base = '') {
    this.#base = base
  }

  /** The member whose session this browser has, or null without a session. */
  async who(): Promise<Who | null> {
    return (await this.#get('/api/session', whoOrNobodySchema)).member
  }

  async startSession(name: string): Promise<Who> {
    return (await this.#post('/api/session', { name }, whoSchema)).member
  }

  /** Signs in as the member whom a personal link belongs to. */
  async backIn(key: string): Promise<Who> {
    return (await this.#post('/api/session', { key }, whoSchema)).member
  }

  /** A link that opens this session in another browser. Anyone who has it can act as this member. */
  async personalLink(): Promise<string> {
    return (await this.#post('/api/session/link', {}, sessionLinkSchema)).url
  }

  /** @param startCode for servers that require one; they refuse with `start-code-needed` without it */
  async makeRoom(title: string, startCode?: string): Promise<RoomSummary> {
    const request = { title, ...(startCode === undefined ? {} : { startCode }) }
    return (await this.#post('/api/rooms', request, roomMadeSchema)).room
  }

  async rooms(): Promise<readonly RoomSummary[]> {
    return (await this.#get('/api/rooms', roomListSchema)).rooms
  }

  /** A link that makes the person who opens it a member, and the number of days it is valid. */
  makeInvite(roomId: string): Promise<v.InferOutput<typeof inviteUrlSchema>> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}/invites`
    return this.#post(path, {}, inviteUrlSchema)
  }

  /** Revokes all invite links of a room; for members who may invite. */
  async endInvites(roomId: string): Promise<void> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}/invites`
    await this.#call(path, { method: 'DELETE' }, v.unknown())
  }

  async acceptInvite(invite: string): Promise<RoomSummary> {
    return (await this.#post('/api/invites/accept', { invite }, inviteAcceptedSchema)).room
  }

  /** Looks up the room of an invite without accepting it. */
  lookAtInvite(invite: string): Promise<InviteLook> {
    return this.#post('/api/invites/look', { invite }, inviteLookSchema)
  }

  /** Deletes a room for good; for its owner. */
  async deleteRoom(roomId: string): Promise<void> {
    const path = `/api/rooms/${encodeURIComponent(roomId)}`
    await this.#call(path, { method: 'DELETE' }, v.unknown())
  }

  /** The URL for downloading the whole transcript of a room. */
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

  /** Messages before an offset (null: all) that contain the words, newest first. */
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

/** A proxy may answer in its own words for an unreachable server; that counts as `unreachable`. */
function failureOf(body: unknown): ApiErrorBody {
  const parsed = v.safeParse(failureSchema, body)
  return parsed.success ? parsed.output.error : UNREACHABLE
}
