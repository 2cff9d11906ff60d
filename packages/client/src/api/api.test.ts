/// <reference types="node" />
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Api } from './api.ts'
import { ApiError } from './api-error.ts'

type Answer = { readonly status?: number; readonly body: string }

let server: Server | null = null

/** A server that gives the same answer to every request, and a list of the requests. */
async function serving(answer: Answer) {
  const asked: string[] = []
  server = createServer((request, response) => {
    void read(request).then((body) => {
      asked.push(`${request.method} ${request.url} ${body}`.trim())
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' })
      response.end(answer.body)
    })
  })
  const listening = server
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  return { api: new Api(`http://127.0.0.1:${port}`), asked }
}

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request.setEncoding('utf8')) body += part as string
  return body
}

/** The body of the ApiError that the call throws. */
async function failure(call: Promise<unknown>) {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ApiError)
  return (error as ApiError).body
}

afterEach(async () => {
  const listening = server
  server = null
  if (listening) await new Promise((resolve) => listening.close(resolve))
})

describe('the HTTP calls of the page', () => {
  it('send the request that the contract describes', async () => {
    const { api, asked } = await serving({ body: '{"inviteUrl":"/invite/x"}' })
    expect(await api.makeInvite('r1')).toEqual({ inviteUrl: '/invite/x' })
    expect(asked).toEqual(['POST /api/rooms/r1/invites {}'])
  })

  it('ask for a page of older messages', async () => {
    const { api, asked } = await serving({ body: '{"messages":[],"earlier":true}' })
    expect(await api.messages('r1', { before: 120 }, 50)).toEqual({ messages: [], earlier: true })
    expect(asked).toEqual(['GET /api/rooms/r1/messages?before=120&limit=50'])
  })

  it('return no member when there is no session', async () => {
    const { api } = await serving({ body: JSON.stringify({ member: null }) })
    expect(await api.who()).toBeNull()
  })

  it('drop the token of a session', async () => {
    const member = { memberId: 'a', name: 'Ana' }
    const { api } = await serving({ body: JSON.stringify({ member, token: 'secret' }) })
    expect(await api.startSession('Ana')).toEqual(member)
  })

  it('throw the body of a refusal', async () => {
    const error = { code: 'invite-expired', message: 'Too late.', retryable: false }
    const { api } = await serving({ status: 410, body: JSON.stringify({ error }) })
    expect(await failure(api.acceptInvite('x'))).toEqual(error)
  })

  it('are retryable when a proxy answers for an unreachable server', async () => {
    const { api } = await serving({ status: 502, body: '<h1>Bad gateway</h1>' })
    expect(await failure(api.rooms())).toMatchObject({ code: 'unreachable', retryable: true })
  })

  it('are retryable when nothing answers', async () => {
    const { api } = await serving({ body: '' })
    const listening = server
    server = null
    await new Promise((resolve) => listening?.close(resolve))
    expect(await failure(api.rooms())).toMatchObject({ code: 'unreachable', retryable: true })
  })

  it('reject an answer of an unexpected shape', async () => {
    const { api } = await serving({ body: '{"rooms":[{"roomId":1}]}' })
    expect(await failure(api.rooms())).toMatchObject({ code: 'unreadable' })
  })
})
