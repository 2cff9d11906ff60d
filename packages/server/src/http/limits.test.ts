// Limits on each member, so that nobody holds up everybody else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '@roomcast/test/doubles/app.ts'

let app: TestApp
let ada: string
let bob: string

beforeEach(async () => {
  app = await openTestApp()
  ada = (await app.sessions.start('Ada')).token
  bob = (await app.sessions.start('Bob')).token
})
afterEach(async () => {
  await app.close()
})

/** Makes the same call so many times, and counts each status. */
async function statuses(times: number, method: string, path: string, body?: object) {
  const counts: Record<number, number> = {}
  for (let time = 0; time < times; time++) {
    const { status } = await app.call(method, path, ada, body)
    counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}

async function expectHeldBack(method: string, path: string, seconds: string, body?: object) {
  const { status, error, headers } = await app.call(method, path, ada, body)
  expect([status, error?.code, headers.get('retry-after')]).toEqual([429, 'rate-limited', seconds])
}

async function addRooms(count: number, role: 'owner' | 'member'): Promise<void> {
  const { memberId } = (await app.sessions.verify(ada)) ?? { memberId: '' }
  for (let index = 0; index < count; index++) {
    const members = [{ memberId, name: 'Ada', role, joinedAt: 0 }]
    const title = `${role} ${index}`
    app.rooms.set(`${role}-${index}`, { title, instructions: '', members, messages: [] })
  }
}

describe('[R7.1] a member', () => {
  it('may make 120 calls a minute of any kind, without affecting others', async () => {
    expect(await statuses(60, 'GET', '/api/rooms')).toEqual({ 200: 60 })
    expect(await statuses(30, 'GET', '/api/session')).toEqual({ 200: 30 })
    expect(await statuses(30, 'GET', '/api/rooms/none/messages')).toEqual({ 404: 30 })
    for (const path of ['/api/rooms', '/api/session', '/api/rooms/none/messages'])
      await expectHeldBack('GET', path, '1')
    await expectHeldBack('DELETE', '/api/rooms/none', '1')
    await expectHeldBack('POST', '/api/session/link', '1')
    await expectHeldBack('POST', '/api/invites/accept', '1', { invite: 'x' })
    expect((await app.call('GET', '/api/rooms', bob)).status).toBe(200)
    app.clock.tick(1000)
    expect(await statuses(3, 'GET', '/api/rooms')).toEqual({ 200: 2, 429: 1 })
  })

  it('may create 20 rooms a minute', async () => {
    expect(await statuses(20, 'POST', '/api/rooms', {})).toEqual({ 201: 20 })
    await expectHeldBack('POST', '/api/rooms', '3', {})
    expect(app.rooms.size).toBe(20)
    expect((await app.call('POST', '/api/rooms', bob, {})).status).toBe(201)
    expect((await app.call('GET', '/api/rooms', ada)).status).toBe(200)
    app.clock.tick(3000)
    expect(await statuses(2, 'POST', '/api/rooms', {})).toEqual({ 201: 1, 429: 1 })
  })

  it('may export 20 times a minute', async () => {
    await addRooms(1, 'owner')
    const path = '/api/rooms/owner-0/export'
    expect(await statuses(20, 'GET', path)).toEqual({ 200: 20 })
    await expectHeldBack('GET', path, '3')
    app.clock.tick(3000)
    expect(await statuses(2, 'GET', path)).toEqual({ 200: 1, 429: 1 })
  })

  it('may search 60 times a minute', async () => {
    await addRooms(1, 'owner')
    const path = '/api/rooms/owner-0/search?q=x'
    expect(await statuses(60, 'GET', path)).toEqual({ 200: 60 })
    await expectHeldBack('GET', path, '1')
    app.clock.tick(1000)
    expect(await statuses(2, 'GET', path)).toEqual({ 200: 1, 429: 1 })
  })

  it('may own 500 rooms, and be a member of others besides', async () => {
    await addRooms(499, 'owner')
    await addRooms(10, 'member')
    expect((await app.call('POST', '/api/rooms', ada, {})).status).toBe(201)
    const { status, error, headers } = await app.call('POST', '/api/rooms', ada, {})
    expect([status, error?.code, error?.message]).toEqual([
      429,
      'rate-limited',
      'You already own 500 rooms. Delete one first.',
    ])
    expect(headers.get('retry-after')).toBeNull()
    await app.call('DELETE', '/api/rooms/owner-7', ada)
    expect((await app.call('POST', '/api/rooms', ada, {})).status).toBe(201)
  })

  it('sees the 200 rooms used last', async () => {
    await addRooms(201, 'owner')
    const { json } = await app.call('GET', '/api/rooms', ada)
    const rooms = json?.['rooms'] as { roomId: string }[]
    expect([rooms.length, rooms[0]?.roomId, rooms.at(-1)?.roomId]).toEqual([
      200,
      'owner-0',
      'owner-199',
    ])
  })
})
