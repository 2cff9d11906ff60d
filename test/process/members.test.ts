// Members' actions on messages and on each other: edit, retract, change the settings, leave, remove.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Member, RoomSummary } from '@roomcast/shared/protocol'
import type { RoomView } from '@roomcast/client/room/room-client.ts'
import { EventReader } from '../support/event-reader.ts'
import { Person, type Seat } from '../support/person.ts'
import { type House, HOUSES } from './house.ts'
import { RawSocket } from './raw-socket.ts'

describe.each(HOUSES)('%s', (_name, open) => {
  let house: House
  let alice: Seat
  let bob: Seat
  beforeAll(async () => {
    house = await open()
    ;[alice, bob] = await house.both()
  })
  afterAll(() => house.close())

  /** Posts a message and returns its id once Bob and Alice see it. */
  async function said(seat: Seat, text: string): Promise<string> {
    const result = await seat.send({ type: 'post', text, ask: false })
    if (!result.ok) throw new Error(result.error.message)
    for (const other of [alice, bob])
      await other.until('the message', ({ state }) =>
        state?.messages.some((one) => 'text' in one && one.text === text),
      )
    return result.messageId ?? ''
  }

  const seen = (seat: Seat, messageId: string) =>
    seat.state.messages.find((one) => one.kind === 'said' && one.messageId === messageId)

  it('[R6.6] an edit is on all screens, and retracted text is nowhere', async () => {
    const [kept, gone] = [await said(bob, 'Helo'), await said(bob, 'A secret')]
    const quote = { of: kept, text: 'Helo' }
    await alice.send({ type: 'post', text: 'You say:', ask: false, quote })
    expect(await bob.send({ type: 'edit', messageId: kept, text: 'Hello' })).toMatchObject({
      ok: true,
      messageId: kept,
    })
    expect(await alice.send({ type: 'retract', messageId: gone })).toMatchObject({ ok: true })
    for (const seat of [alice, bob]) {
      await seat.until('both', ({ state }) =>
        state?.messages.some((one) => one.kind === 'said' && one.retractedBy),
      )
      expect(seen(seat, kept)).toMatchObject({ text: 'Hello', editedAt: expect.any(Number) })
      expect(seen(seat, gone)).toMatchObject({ text: '', retractedBy: house.alice.memberId })
    }
    const whole = [JSON.stringify(await house.newcomer(house.bob))]
    for (const what of ['messages?limit=100', 'export', 'export?format=json', 'search?q=secret'])
      whole.push(await text(house.bob, `/api/rooms/${house.roomId}/${what}`))
    for (const each of whole) expect(each).not.toContain('A secret')
    expect(whole[0]).toContain('You say:')
    await alice.ask('Why?')
    await alice.ended()
    const asked = JSON.stringify((await house.asked()).body)
    expect(asked).toContain('<quote from=\\"Bob\\">Helo</quote>')
    expect(asked).not.toContain('A secret')
  })

  it('[R6.5] a member without permission is refused, and nothing changes', async () => {
    const messageId = await said(alice, 'Mine')
    const { offset } = bob.state
    for (const [intent, code] of [
      [{ type: 'edit', messageId, text: 'Yours' }, 'not-yours'],
      [{ type: 'retract', messageId }, 'not-yours'],
      [{ type: 'edit', messageId: 'nothing', text: 'Yours' }, 'message-not-found'],
      [{ type: 'configure', title: 'Yours' }, 'owner-only'],
      [{ type: 'remove', memberId: house.alice.memberId }, 'owner-only'],
    ] as const)
      expect(await bob.send(intent)).toMatchObject({ ok: false, error: { code } })
    expect(await alice.send({ type: 'remove', memberId: house.alice.memberId })).toMatchObject({
      error: { code: 'owner-only', message: expect.stringContaining('delete') },
    })
    expect(await alice.send({ type: 'configure', model: 'nothing' })).toMatchObject({
      error: { code: 'model-unknown' },
    })
    expect(await alice.send({ type: 'post', text: 'Why?', ask: true, model: 'x' })).toMatchObject({
      error: { code: 'model-unknown' },
    })
    expect(alice.state.offset).toBe(offset)
  })

  it('settings apply from the next answer on, and a question may have its own model', async () => {
    const { models } = await house.alice.call<{ models: { id: string }[] }>('/api/models')
    const [one, other] = models.map(({ id }) => id).filter((id) => id !== alice.state.model)
    const settings = { title: 'New', model: one ?? '', instructions: 'In verse.' }
    expect(await alice.send({ type: 'configure', ...settings })).toEqual({ ok: true })
    await bob.until('them', ({ state }) => state?.title === 'New')
    expect(bob.state).toMatchObject(settings)
    await alice.ask('How?')
    expect((await alice.ended()).model).toBe(one)
    const { body } = await house.asked()
    expect(JSON.stringify(body)).toContain('In verse.')
    const own = { type: 'post', text: 'And this?', ask: true, model: other ?? '' } as const
    expect(await alice.send(own)).toMatchObject({ ok: true })
    const { generationId } = await alice.ended()
    await alice.send({ type: 'retry', generationId })
    expect((await alice.ended()).model).toBe(other)
    expect((await house.asked()).body).toMatchObject({ model: other })
    const { rooms } = await house.bob.call<{ rooms: RoomSummary[] }>('/api/rooms')
    expect(rooms[0]).toMatchObject({ title: 'New', offset: alice.state.offset })
  })

  it('all see a member’s look, and an invite shows who is present', async () => {
    const lookOf = (seat: Seat, who: Person) =>
      seat.view.presence.find(({ memberId }) => memberId === who.memberId)?.look
    await bob.send({ type: 'look', look: 'above' })
    await alice.until('it', () => lookOf(alice, house.bob) === 'above')
    await bob.send({ type: 'look', look: 'live' })
    await alice.until('it', () => lookOf(alice, house.bob) === 'live')
    const body = JSON.stringify({ invite: house.invite })
    const look = await house.http(null, 'POST', '/api/invites/look', { body })
    expect(look).toEqual({
      status: 200,
      body: { title: 'New', here: expect.toSatisfy(isBoth), running: false },
    })
  })

  it('[R6.7] a removed member is out at once, on all nodes, and cannot return', async () => {
    const { url, token, memberId } = house.bob
    const raw = await RawSocket.connect(house.server.url, { token })
    await raw.command('join', { roomId: house.roomId })
    const reader = await EventReader.open({ url, token, roomId: house.roomId })
    const { offset } = bob.state
    expect(await alice.send({ type: 'remove', memberId })).toEqual({ ok: true })
    await bob.until('it', isRemoved)
    expect(await reader.ended).toBe('ended')
    expect(raw.updates.at(-1)).toMatchObject({
      type: 'closed',
      error: { code: 'removed', retryable: false },
    })
    expect(alice.state.members.find((one) => one.memberId === memberId)?.gone).toBe('removed')
    await spoken('A word among us')
    expect(JSON.stringify([raw.updates, bob.view])).not.toContain('among us')
    expect(bob.view.state?.offset).toBe(offset)
    await alice.until('nobody else', ({ presence }) => presence.length === 1)
    for (const type of ['join', 'typing', 'look', 'post'])
      expect(
        await raw.command(type, { roomId: house.roomId, look: 'live', text: 'x', ask: false }),
      ).toMatchObject({ ok: false, error: { code: 'removed' } })
    raw.close()
    const removed = { status: 403, body: { error: { code: 'removed' } } }
    const path = `/api/rooms/${house.roomId}`
    for (const what of ['messages', 'export', 'search?q=x', 'events'])
      expect(await house.http(house.bob, 'GET', `${path}/${what}`)).toMatchObject(removed)
    expect(await house.bob.call('/api/rooms')).toEqual({ rooms: [] })
    const body = JSON.stringify({ invite: house.invite })
    for (const at of [house.bob, house.bob.at(house.server.url)])
      expect(await house.http(at, 'POST', '/api/invites/accept', { body })).toMatchObject(removed)
  })

  it('[R6.8] a removal ends all earlier links, also for a new session', async () => {
    const { url } = house.bob
    const stranger = await Person.come(url, 'Bob again')
    const body = JSON.stringify({ invite: house.invite })
    const ended = { status: 410, body: { error: { code: 'invite-ended' } } }
    for (const path of ['/api/invites/accept', '/api/invites/look'])
      for (const at of [stranger, stranger.at(house.server.url)])
        expect(await house.http(at, 'POST', path, { body })).toMatchObject(ended)
    const [path, request] = [`/api/rooms/${house.roomId}/invites`, { body: '{}' }]
    const made = await house.http(house.alice, 'POST', path, request)
    const link = String((made.body as { inviteUrl: string }).inviteUrl)
    house.invite = link.split('/').at(-1) ?? ''
    await stranger.accept(house.invite)
    await alice.send({ type: 'configure', inviters: 'owner' })
    const refused = { status: 403, body: { error: { code: 'owner-only' } } }
    for (const method of ['POST', 'GET', 'DELETE'])
      expect(await house.http(stranger, method, path)).toMatchObject(refused)
    expect(await house.http(house.alice, 'GET', path)).toMatchObject({
      body: { invites: [{ inviteUrl: link, by: house.alice.memberId }] },
    })
    expect(await stranger.call('/api/rooms')).toMatchObject({ rooms: [{ title: 'New' }] })
  })

  it('[R6.7] a member who leaves is out, may repeat the command, and returns with an invite', async () => {
    const carol = await Person.come(house.bob.url, 'Carol')
    await carol.accept(house.invite)
    const seat = await house.sit(carol)
    const raw = await RawSocket.connect(carol.url, { token: carol.token })
    const leave = { commandId: 'once', roomId: house.roomId, memberId: carol.memberId }
    const answers = [await raw.command('remove', leave), await raw.command('remove', leave)]
    expect(answers).toEqual([{ ok: true }, { ok: true }])
    await seat.until('it', isRemoved)
    const other = { ...leave, commandId: 'twice' }
    expect(await raw.command('remove', other)).toMatchObject({ error: { code: 'removed' } })
    raw.close()
    const isCarol = (member: Member) => member.memberId === carol.memberId
    await alice.until('it', ({ state }) => state?.members.find(isCarol)?.gone === 'left')
    await carol.accept(house.invite)
    const back = await house.sit(carol)
    expect(await back.send({ type: 'post', text: 'Me again', ask: false })).toMatchObject({
      ok: true,
    })
    await alice.until('her', ({ state }) => !state?.members.find(isCarol)?.gone)
  })

  async function spoken(text: string): Promise<void> {
    expect(await alice.send({ type: 'post', text, ask: false })).toMatchObject({ ok: true })
  }
})

const isRemoved = ({ status }: RoomView) =>
  status.kind === 'refused' && status.error.code === 'removed'
const isBoth = (names: readonly string[]) => names.toSorted().join() === 'Alice,Bob'

async function text({ url, token }: Person, path: string): Promise<string> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
  expect(response.status).toBe(200)
  return response.text()
}
