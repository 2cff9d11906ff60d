// A client that sends arbitrary input while others talk: nothing invalid is accepted, the process survives, others are
// served, and memory is freed. HOSTILE_INPUTS sets the number of inputs; figures are asserted only if it is set.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import * as v from 'valibot'
import { expect, it, onTestFinished } from 'vitest'
import { loadSigningKey } from '@roomcast/server/access/signing-key.ts'
import { Tokens } from '@roomcast/server/access/tokens.ts'
import { type Command, commandSchemas, PROTOCOL_VERSION } from '@roomcast/shared/protocol'
import { Chance } from '../doubles/chance.ts'
import { figure, print } from '../fault/figures.ts'
import { House } from '../process/house.ts'
import { eventsInput, httpInput } from './http-inputs.ts'
import { quantile, startWitness } from './listening.ts'
import { RawWire } from './raw-wire.ts'
import { type Aim, socketInput } from './socket-inputs.ts'

const asked = process.env['HOSTILE_INPUTS']
const INPUTS = Number(asked ?? 2000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_130)
/** Inputs on one connection, unless one of them ends it; and concurrent connections. */
const ON_ONE = 12
const AT_ONCE = 8
/** The number of another member's posts timed before the storm. */
const QUIET_POSTS = asked === undefined ? 20 : 200
/** The most that waiting times and memory may grow, as a multiple of before. */
const MOST_WAITING = 2
const MOST_MEMORY = 1.2

/** Makes a node report its memory after garbage collection. */
const TELLS_MEMORY = `--expose-gc --import=data:text/javascript,${encodeURIComponent(
  `process.on('SIGWINCH', () => { gc(); gc(); console.error('memory ' + process.memoryUsage().heapUsed) })`,
)}`

async function heapOf(house: House): Promise<number> {
  const said = () => house.server.stderr().match(/memory \d+/g) ?? []
  const before = said().length
  process.kill(house.server.pid, 'SIGWINCH')
  await expect.poll(() => said().length).toBeGreaterThan(before)
  return Number(said().at(-1)?.slice(7))
}

/**
 * Whether a command is valid, so that it may be accepted from a permitted sender. Leaving a room that one is not in
 * changes nothing.
 */
function mayBeTaken(input: unknown, isMember: boolean): boolean {
  const type = (input as { type?: unknown } | null)?.type
  return (
    typeof type === 'string' &&
    (isMember || type === 'leave') &&
    Object.hasOwn(commandSchemas, type) &&
    v.is(commandSchemas[type as Command['type']], input)
  )
}

interface Counts {
  inputs: number
  accepted: number
  ended: number
}

/** One connection, and the result of a dozen inputs on it. */
async function socketRound(
  port: number,
  token: string | null,
  aim: Aim,
  chance: Chance,
  counts: Counts,
  isMember: boolean,
): Promise<void> {
  const headers = { 'x-forwarded-for': `10.${chance.below(200)}.${chance.below(200)}.1` }
  const wire = await RawWire.open({ port, headers })
  if (token !== null) {
    wire.text(`40${JSON.stringify({ token, version: PROTOCOL_VERSION })}`)
    await wire.until(
      'being let in',
      () => wire.ended || wire.texts.some((text) => /^4[04]/.test(text)),
    )
  }
  let isOpen = false
  for (let id = 1; id <= ON_ONE && !wire.ended; id++) {
    const input = socketInput(chance, aim, id)
    counts.inputs++
    wire.send(input.bytes)
    isOpen ||= input.isOpen
    if (!input.asks || token === null || isOpen) continue
    const answer = (await wire.answer(id)) as { ok?: unknown } | null
    const isTaken = answer?.ok === true
    if (isTaken && !mayBeTaken(input.asks.command, isMember)) counts.accepted++
  }
  if (wire.ended) counts.ended++
  await wire.finish()
}

/** One request on a connection of its own; any success is a failure of the test. */
async function requestRound(port: number, bytes: Buffer, counts: Counts): Promise<void> {
  counts.inputs++
  const text = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    const timer = setTimeout(() => socket.destroy(), 5000)
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      got += chunk
      // An event stream would never end.
      if (got.length > 4000) socket.destroy()
    })
    // ignored because: the data received so far is judged
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(got)
    })
    socket.end(bytes)
  })
  if (/^HTTP\/1\.\d 2/.test(text)) counts.accepted++
  if (!text.startsWith('HTTP/1.1 ')) counts.ended++
}

it(
  `[R7.1] ${INPUTS} inputs of any shape: no invalid one is accepted, and nobody else suffers`,
  { timeout: 40 * 60_000 },
  async () => {
    const house = await House.open({
      TRUST_PROXY: '1',
      NODE_OPTIONS: TELLS_MEMORY,
      LOG_LEVEL: 'warn',
    })
    onTestFinished(() => house.close())
    const { port } = house.server
    const chance = new Chance(SEED)
    const tokens = new Tokens(await loadSigningKey(house.directory, randomBytes), {
      now: () => Date.now(),
    })
    const sessionOf = (subject: string) =>
      tokens.sign('session', { subject, name: 'Mallory' }, 3_600_000)
    let made = 0
    const counts: Record<string, Counts> = {}
    const border = (name: string) => (counts[name] ??= { inputs: 0, accepted: 0, ended: 0 })

    const rounds = {
      'sockets of strangers': async () => {
        const aim = { roomId: house.roomId, id: `m${made}` }
        await socketRound(
          port,
          await sessionOf(`stranger-${made++}`),
          aim,
          chance,
          border('sockets of strangers'),
          false,
        )
      },
      'sockets of a member': async () => {
        const aim = { roomId: house.roomId, id: `b${made++}` }
        await socketRound(port, house.bob.token, aim, chance, border('sockets of a member'), true)
      },
      'sockets of nobody': () =>
        socketRound(
          port,
          null,
          { roomId: house.roomId, id: 'n' },
          chance,
          border('sockets of nobody'),
          false,
        ),
      http: async () => {
        const aim = { port, roomId: house.roomId, token: await sessionOf(`stranger-${made++}`) }
        for (let time = 0; time < ON_ONE; time++)
          await requestRound(port, httpInput(chance, aim), border('http'))
      },
      'event streams': async () => {
        const aim = { port, roomId: house.roomId, token: await sessionOf(`stranger-${made++}`) }
        for (let time = 0; time < ON_ONE / 2; time++)
          await requestRound(port, eventsInput(chance, aim), border('event streams'))
      },
    }
    const kinds = Object.values(rounds)
    const total = () => Object.values(counts).reduce((sum, { inputs }) => sum + inputs, 0)
    const storm = async (until: number) => {
      const one = async () => {
        while (total() < until) await chance.pick(kinds)()
      }
      await Promise.all(Array.from({ length: AT_ONCE }, one))
    }

    await storm(Math.min(1500, INPUTS / 3))
    const before = await heapOf(house)
    const witness = startWitness(house)
    await expect.poll(() => witness.posts.length).toBeGreaterThan(3 + QUIET_POSTS)
    const quiet = witness.posts.slice(3)
    const seen = witness.posts.length
    await storm(INPUTS)
    const meanwhile = witness.posts.slice(seen)
    witness.end()
    await expect.poll(() => figure(house.server.url, 'roomcast_watchers')).toBe(0)
    const after = await heapOf(house)

    for (const [name, { inputs, accepted, ended }] of Object.entries(counts))
      print(name, { inputs, accepted, 'connections ended': ended })
    const [calm, loud] = [quiet, meanwhile].map((posts) => quantile(posts, 0.5))
    const waiting = (loud ?? Infinity) / (calm ?? Infinity)
    const memory = after / before
    print('others', {
      'quiet ms': (calm ?? 0).toFixed(1),
      'in the storm ms': (loud ?? 0).toFixed(1),
      ratio: waiting.toFixed(2),
      'quiet p95 ms': quantile(quiet, 0.95).toFixed(1),
      'storm p95 ms': quantile(meanwhile, 0.95).toFixed(1),
    })
    print('heap', { 'before kB': before >> 10, 'after kB': after >> 10, ratio: memory.toFixed(2) })
    print('the process', { exits: 0, pid: house.server.pid })

    const accepted = Object.fromEntries(
      Object.entries(counts).map(([name, each]) => [name, each.accepted]),
    )
    expect(accepted).toEqual(Object.fromEntries(Object.keys(counts).map((name) => [name, 0])))
    expect(meanwhile.every(({ ok }) => ok)).toBe(true)
    expect(house.server.stdout()).not.toMatch(/"level":(50|60)/)
    if (asked === undefined) return
    expect(waiting).toBeLessThanOrEqual(MOST_WAITING)
    expect(memory).toBeLessThanOrEqual(MOST_MEMORY)
  },
)
