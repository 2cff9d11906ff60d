// A connection with every fault of a network: a TCP proxy in front of one server on this machine. It can be slow, cut,
// dead in both directions with all connections open, or lose the answer of a delivered request; for all connections,
// including new ones, or only for those of one kind.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** The purpose of a connection to Redis, recognized by its first bytes: subscriptions, or everything else. */
export type Purpose = 'commands' | 'subscriptions'

export type Fault =
  /** Breaks off every connection and accepts no new ones. */
  | { readonly kind: 'cut'; readonly only?: Purpose }
  /** Delivers nothing, without telling either side; the delayed data arrives after the repair. */
  | { readonly kind: 'dead'; readonly only?: Purpose }
  | { readonly kind: 'delayed'; readonly ms: number; readonly only?: Purpose }
  /** This many bytes per second in each direction. */
  | { readonly kind: 'throttled'; readonly rate: number; readonly only?: Purpose }
  /** Requests are delivered; the connection breaks when their answer comes. */
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

  /** The number of connections. */
  get size(): number {
    return this.#links.size
  }

  /** Puts a fault on the wire, replacing the current one. */
  suffer(fault: Fault): void {
    this.#fault = fault
    for (const link of this.#links) link.suffer(fault)
  }

  mend(): void {
    this.#fault = null
    for (const link of this.#links) link.suffer(null)
  }

  /** Breaks off all current connections, or some of them; new ones are accepted. */
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

  /** Forwards the data that is due; all of it once the fault is over. */
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
