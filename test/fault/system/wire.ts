// A wire with every fault a network has: a TCP proxy in front of one server on this machine. Slow, cut, dead in both
// directions with all connections open, or losing the answer of a request that was delivered; for all connections, those
// made meanwhile included, or only for those of one kind.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Of a connection to Redis: one that subscribes, or one for everything else. Known by what it sends first. */
export type Purpose = 'commands' | 'subscriptions'

export type Fault =
  /** Every connection is broken off, and no new one taken. */
  | { readonly kind: 'cut'; readonly only?: Purpose }
  /** Nothing gets through any more, and nobody is told; what was held up arrives when it is mended. */
  | { readonly kind: 'dead'; readonly only?: Purpose }
  | { readonly kind: 'delayed'; readonly ms: number; readonly only?: Purpose }
  /** So many bytes a second in each direction. */
  | { readonly kind: 'throttled'; readonly rate: number; readonly only?: Purpose }
  /** Requests are delivered; with their answer the connection breaks. */
  | { readonly kind: 'loses answers'; readonly only?: Purpose }

/** A throttled chunk, so that text arrives in pieces. */
const PIECE_BYTES = 256

export class Wire {
  readonly port: number
  readonly #server: Server
  readonly #links = new Set<Link>()
  #fault: Fault | null = null

  /** @param target port of the server on this machine */
  static async open(target: number): Promise<Wire> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Wire(server, target)
  }

  private constructor(server: Server, target: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (near) => {
      const link = new Link(near, connect(target, '127.0.0.1'), () => this.#links.delete(link))
      this.#links.add(link)
      link.suffer(this.#fault)
    })
  }

  /** How many connections there are. */
  get size(): number {
    return this.#links.size
  }

  /** Puts a fault on the wire, instead of the one that is on it. */
  suffer(fault: Fault): void {
    this.#fault = fault
    for (const link of this.#links) link.suffer(fault)
  }

  mend(): void {
    this.#fault = null
    for (const link of this.#links) link.suffer(null)
  }

  /** Breaks off what is connected now, or a part of it; whoever comes again is let in. */
  drop(isHit: () => boolean = () => true): number {
    const hit = [...this.#links].filter(isHit)
    for (const link of hit) link.destroy()
    return hit.length
  }

  close(): Promise<void> {
    this.drop()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

/** One connection through the wire. */
class Link {
  readonly #lanes: readonly Lane[]
  readonly #sockets: readonly Socket[]
  #fault: Fault | null = null
  #purpose: Purpose = 'commands'

  constructor(near: Socket, far: Socket, onGone: () => void) {
    this.#sockets = [near, far]
    const [there, back] = [new Lane(far), new Lane(near)]
    this.#lanes = [there, back]
    near.on('data', (bytes) => {
      if (/subscribe/i.test(bytes.toString('latin1', 0, 200))) this.#purpose = 'subscriptions'
      this.suffer(this.#fault)
      there.send(bytes)
    })
    far.on('data', (bytes) => {
      if (this.#hits('loses answers')) return this.destroy()
      back.send(bytes)
    })
    for (const socket of this.#sockets) {
      socket.setNoDelay(true)
      socket.on('error', () => this.destroy())
      socket.on('close', () => {
        this.destroy()
        onGone()
      })
    }
  }

  suffer(fault: Fault | null): void {
    this.#fault = fault
    if (this.#hits('cut')) return this.destroy()
    const hit = fault && this.#isMeant(fault) ? fault : null
    for (const lane of this.#lanes) lane.suffer(hit)
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
    for (const lane of this.#lanes) lane.stop()
  }

  #hits(kind: Fault['kind']): boolean {
    return this.#fault?.kind === kind && this.#isMeant(this.#fault)
  }

  #isMeant({ only }: Fault): boolean {
    return only === undefined || only === this.#purpose
  }
}

/** One direction: keeps the order, whatever the fault. */
class Lane {
  readonly #to: Socket
  readonly #waiting: { readonly bytes: Buffer; readonly due: number }[] = []
  #fault: Fault | null = null
  #lastDue = 0
  #timer: NodeJS.Timeout | null = null

  constructor(to: Socket) {
    this.#to = to
  }

  send(bytes: Buffer): void {
    if (this.#fault?.kind === 'throttled')
      for (let from = 0; from < bytes.length; from += PIECE_BYTES)
        this.#keep(bytes.subarray(from, from + PIECE_BYTES))
    else this.#keep(bytes)
    this.#move()
  }

  suffer(fault: Fault | null): void {
    this.#fault = fault
    this.#move()
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #keep(bytes: Buffer): void {
    const fault = this.#fault
    const now = performance.now()
    const ready = Math.max(now, this.#lastDue)
    if (fault?.kind === 'delayed') this.#lastDue = Math.max(now + fault.ms, this.#lastDue)
    if (fault?.kind === 'throttled') this.#lastDue = ready + (1000 * bytes.length) / fault.rate
    this.#waiting.push({ bytes, due: this.#lastDue })
  }

  /** Passes on what is due; all of it once nothing is wrong any more. */
  #move(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#fault?.kind === 'dead') return
    const now = this.#fault === null ? Infinity : performance.now()
    for (let next = this.#waiting[0]; next && next.due <= now; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#to.write(next.bytes)
    }
    const [next] = this.#waiting
    if (next) this.#timer = setTimeout(() => this.#move(), next.due - now)
  }
}
