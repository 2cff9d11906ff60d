// The cost of the proxy: the arrival of an answer's first delta through nginx, compared with the same delta directly
// from the node, in one process and thus by one clock. `node test/bench/proxy.ts`; ANSWERS=40 by default. One node is
// at both of nginx's addresses, so that only the proxy differs. Exits with 1 when the median of the difference is a
// frame or more.
import { io } from 'socket.io-client'
import { PROTOCOL_VERSION } from '@roomcast/shared/protocol'
import { startNginx } from '../support/nginx.ts'
import type { Person } from '../support/person.ts'
import { until } from '../support/until.ts'
import { distribution, report } from './distribution.ts'
import { aRoomOf, benchWorld } from './world.ts'

const FRAME_MS = 16.7
const count = Number(process.env['ANSWERS'] ?? 40)

/** A client that records when the first text of each reply arrives, by the reply's number. */
interface Watcher {
  readonly arrived: ReadonlyMap<number, number>
  /** Calls the listener after each arrival. */
  onArrival(listener: () => void): () => void
  close(): void
}

/** Finds the first text of a reply in the received data and records the time before processing the data any further. */
class Arrivals {
  readonly arrived = new Map<number, number>()
  readonly #listeners = new Set<() => void>()

  /** @param number of the reply; `at` 0 and `text` identify its first text */
  note(now: number, [number, at, text]: readonly unknown[]): void {
    if (typeof number !== 'number' || at !== 0 || text === '') return
    if (!this.arrived.has(number)) this.arrived.set(number, now)
    for (const listener of this.#listeners) listener()
  }

  onArrival(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

async function bySocket(url: string, { token }: Person, roomId: string): Promise<Watcher> {
  const arrivals = new Arrivals()
  const auth = { version: PROTOCOL_VERSION, token }
  const socket = io(url, { transports: ['websocket'], auth, forceNew: true })
  socket.on('update', (update: unknown) => {
    if (Array.isArray(update)) arrivals.note(performance.now(), update)
  })
  const command = { type: 'join', commandId: 'join', roomId }
  await socket.timeout(10_000).emitWithAck('command', command)
  return watcher(arrivals, () => socket.disconnect())
}

async function byEvents(url: string, { token }: Person, roomId: string): Promise<Watcher> {
  const arrivals = new Arrivals()
  const stop = new AbortController()
  const headers = { authorization: `Bearer ${token}` }
  const { signal } = stop
  const response = await fetch(`${url}/api/rooms/${roomId}/events`, { headers, signal })
  if (!response.ok || !response.body) throw new Error(`no events: ${response.status}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const read = async () => {
    let text = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const now = performance.now()
      const events = (text + value).split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const data = /^event: delta\n(?:.*\n)*data: (.*)$/.exec(event)?.[1]
        if (data !== undefined) arrivals.note(now, JSON.parse(data) as readonly unknown[])
      }
    }
  }
  // ignored because: the watcher itself ends the stream
  read().catch(() => undefined)
  return watcher(arrivals, () => stop.abort())
}

function watcher(arrivals: Arrivals, close: () => void): Watcher {
  return {
    arrived: arrivals.arrived,
    onArrival: (listener) => arrivals.onArrival(listener),
    close: () => void close(),
  }
}

const world = await benchWorld('fast')
const { port, url: direct } = world.server
const nginx = await startNginx({ nodes: [port, port] })
const transports = { 'Socket.IO (WebSocket)': bySocket, 'event stream': byEvents }
let slowest = 0
try {
  const { roomId, people } = await aRoomOf(world, ['Ana', 'Bo'])
  const [ana, bo] = people
  if (!ana || !bo) throw new Error('two are needed')
  const asker = ana.sit(roomId)
  await asker.live()
  for (const [transport, watch] of Object.entries(transports)) {
    const [directly, proxied, added]: [number[], number[], number[]] = [[], [], []]
    // Half of the answers in each order, because the node serves its watchers in the order they joined.
    for (const order of [
      [direct, nginx.url],
      [nginx.url, direct],
    ]) {
      const watchers = new Map<string, Watcher>()
      for (const url of order) watchers.set(url, await watch(url, bo, roomId))
      for (let index = 0; index < count / 2; index++) {
        const began = performance.now()
        const asked = await asker.ask('How does streaming work? [simulate: length=2000]')
        if (!asked.ok) throw new Error(JSON.stringify(asked))
        const { number } = await asker.until('a reply', () => newReply(asker))
        const at = async (url: string) => {
          const each = watchers.get(url)
          if (!each) throw new Error(`nobody watches ${url}`)
          return await until(
            `reply ${number}`,
            () => each.arrived.get(number),
            (listener) => each.onArrival(listener),
          )
        }
        const [one, other] = [await at(direct), await at(nginx.url)]
        directly.push(one - began)
        proxied.push(other - began)
        added.push(other - one)
        await asker.ended(number)
      }
      for (const each of watchers.values()) each.close()
    }
    report(`${transport}: question sent → first delta, directly`, distribution(directly))
    report('  through nginx', distribution(proxied))
    report('  later through nginx, of the same answer', distribution(added))
    slowest = Math.max(slowest, median(added))
  }
  asker.leave()
} finally {
  await nginx.stop()
  await world.close()
}
report(`the slower median against a frame (${FRAME_MS} ms)`, `${slowest.toFixed(2)} ms`)
process.exit(slowest < FRAME_MS ? 0 : 1)

function newReply(seat: ReturnType<Person['sit']>) {
  const reply = seat.state.messages.findLast((message) => message.kind === 'reply')
  return reply?.kind === 'reply' && !reply.ended ? reply : null
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
