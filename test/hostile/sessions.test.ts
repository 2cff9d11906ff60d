// Sessions that expire, and addresses that count as one however they are written.
import { randomBytes } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { loadSigningKey } from '@roomcast/server/access/signing-key.ts'
import { Tokens } from '@roomcast/server/access/tokens.ts'
import { House } from '../process/house.ts'
import { RawWire } from './raw-wire.ts'

async function openHouse(environment = {}): Promise<House> {
  const house = await House.open(environment)
  onTestFinished(() => house.close())
  return house
}

/** A session of Bob that expires in some seconds. */
async function briefToken(house: House, seconds: number): Promise<string> {
  const tokens = new Tokens(await loadSigningKey(house.directory, randomBytes), {
    now: () => Date.now(),
  })
  const { memberId } = house.bob
  return tokens.sign('session', { subject: memberId, name: 'Bob' }, seconds * 1000)
}

const ENDED = { type: 'closed', error: { code: 'unauthenticated', retryable: true } }

it('[R6.1] a socket ends with its session, and does nothing more', async () => {
  const house = await openHouse()
  const wire = await RawWire.admitted(house.server.port, await briefToken(house, 3))
  const { roomId } = house
  expect(await wire.command({ type: 'typing', commandId: 'c', roomId })).toEqual({ ok: true })
  await wire.untilEnded()
  const last = wire.texts.findLast((text) => text.startsWith('42')) ?? ''
  expect(JSON.parse(last.slice(2))).toMatchObject(['update', ENDED])
})

it('[W7] an event stream ends with its session', async () => {
  const house = await openHouse()
  const authorization = `Bearer ${await briefToken(house, 3)}`
  const response = await fetch(`${house.server.url}/api/rooms/${house.roomId}/events`, {
    headers: { authorization },
  })
  const text = await response.text()
  const last = /data: (.*)\n\n$/.exec(text)?.[1] ?? 'null'
  expect(JSON.parse(last)).toMatchObject(ENDED)
})

it('[R7.1] one /64 may hold at most a thousand sockets, however its addresses are written', async () => {
  const house = await openHouse({ TRUST_PROXY: '1' })
  const spellings = (at: number) => [
    `2001:db8:7:8::${at.toString(16)}`,
    `2001:0DB8:7:8:0:0:1:${at.toString(16)}`,
    `[2001:db8:7:8::${at.toString(16)}]:4711`,
    `2001:db8:7:8::${at.toString(16)}%eth0`,
  ]
  const wires: RawWire[] = []
  for (let at = 1; at <= 1010; at++) {
    const from = spellings(at)[at % 4] ?? ''
    wires.push(
      await RawWire.open({ port: house.server.port, headers: { 'x-forwarded-for': from } }),
    )
  }
  const answered = (status: number) =>
    wires.filter((wire) => wire.status.includes(` ${status} `)).length
  // If the first sockets had been closed for not identifying themselves, a few more than a thousand would get in.
  expect(answered(101) + answered(429)).toBe(1010)
  expect(answered(429)).toBeGreaterThan(0)
  const other = await RawWire.open({
    port: house.server.port,
    headers: { 'x-forwarded-for': '2001:db8:7:9::1' },
  })
  expect(other.status).toContain(' 101 ')
  for (const wire of [other, ...wires]) wire.close()
})
