// The server's log over a whole session with faults: enough for its operator, and no content from members.
import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { Person } from '../support/person.ts'
import { House, KEY } from './house.ts'
import { RawSocket } from './raw-socket.ts'

it('the log contains no prompt, answer, name, token, invite or key', async () => {
  const house = await House.open({
    LOG_LEVEL: 'trace',
    FIRST_EVENT_MS: '1000',
    SILENCE_MS: '1000',
    SHUTDOWN_MS: '100',
  })
  onTestFinished(() => house.close())
  const secret = () => `planted${randomUUID().replaceAll('-', '')}`
  const [name, title, instructions, text, reason, garbage] = Array.from({ length: 6 }, secret)
  const carol = await Person.come(house.server.url, name ?? '')
  const made = await carol.call<{ room: { roomId: string }; inviteUrl: string }>('/api/rooms', {
    title,
    instructions,
  })
  const { roomId } = made.room
  const invite = made.inviteUrl.split('/').at(-1) ?? ''
  await house.bob.accept(invite)
  const { url: link } = await carol.call<{ url: string }>('/api/session/link', {})

  const seat = await house.sit(carol, roomId)
  const faults = ['normal', 'bad-request', 'bad-gateway', 'reset', 'malformed', 'stall', 'error']
  const answers: string[] = []
  for (const [index, fault] of faults.entries()) {
    await seat.ask(`${text}? [simulate: ${fault}]`)
    const reply = await seat.ended(index + 1)
    if (reply.text !== '') answers.push(reply.text)
  }
  await seat.ask(`${text}? [simulate: stall]`)
  const { generationId } = await seat.reads(1)
  await seat.send({ type: 'cancel', generationId, reason: reason ?? '' })

  // Refused and malformed input.
  const raw = await RawSocket.connect(house.server.url, { token: carol.token })
  await raw.command('post', { roomId, text: `${garbage} `.repeat(5000), ask: true })
  await raw.command(garbage ?? '', { roomId })
  await raw.say(garbage)
  await RawSocket.connect(house.server.url, { token: garbage ?? '' }).catch(() => undefined)
  for (const [method, path, body] of [
    ['POST', '/api/rooms', `{"title": "${garbage}`],
    ['POST', '/api/invites/accept', JSON.stringify({ invite: garbage })],
    ['GET', `/api/rooms/${garbage}/messages?before=${garbage}`],
    ['GET', `/api/${garbage}`],
  ] as const)
    await house.http(carol, method, path, body === undefined ? {} : { body })
  for (const path of [`/invite/${invite}`, `/back/${link.split('/').at(-1)}`, `/?${garbage}`])
    await fetch(house.server.url + path)
  expect(await house.server.stop()).toBe(0)

  const written = house.server.stdout() + house.server.stderr()
  // The log covers this session, so the checks below mean something.
  for (const sentence of ['the node is open', 'a generation ended', 'the node has gone down'])
    expect(written).toContain(sentence)
  expect(written).toContain(roomId)
  expect(written).toContain('"code":"protocol"')
  const planted = { name, title, instructions, text, reason, invite, link, key: KEY }
  for (const [what, value = ''] of Object.entries({ ...planted, token: carol.token }))
    expect({ what, found: value !== '' && written.includes(value) }).toEqual({ what, found: false })
  expect(written).not.toContain(carol.token.split('.')[2])
  expect(written).not.toContain(invite.split('.')[2])
  // Neither whole answers nor single lines of them.
  const lines = answers.flatMap((answer) => answer.split('\n')).filter((line) => line.length > 20)
  expect(lines.length).toBeGreaterThan(10)
  for (const line of lines) expect(written).not.toContain(line)
  for (const word of ['[simulate', 'Overloaded', '<html', 'Bearer', 'system', 'sk-ant'])
    expect(written).not.toContain(word)
})
