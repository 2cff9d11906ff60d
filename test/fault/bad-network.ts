// The way from clients to a server: a TCP proxy that is good, gone, half-open or slow, as a test says.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** How often what waits on a slow way moves on, ms. */
const TURN_MS = 50

export interface BadNetwork {
  readonly url: string
  /** Connections that were tried so far. */
  readonly tried: number
  /** All connections go, and none comes about until `mend`. */
  cut(): void
  /** What is sent is lost from now on, and nobody is told; connections made after `mend` are good again. */
  swallow(): void
  mend(): void
  close(): Promise<void>
}

/**
 * Starts a proxy to a server on this machine.
 * @param bytesPerSecond how much of what the server sends gets through on each connection; all without it
 */
export async function startBadNetwork(
  targetPort: number,
  bytesPerSecond = Infinity,
): Promise<BadNetwork> {
  const ends = new Map<() => void, { swallows: boolean }>()
  let [isCut, tried] = [false, 0]
  const server = createServer((near) => {
    tried += 1
    if (isCut) return void near.destroy()
    const far = connect(targetPort, '127.0.0.1')
    const line = { swallows: false }
    const end = () => {
      ends.delete(end)
      near.destroy()
      far.destroy()
    }
    ends.set(end, line)
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
    near.on('data', (bytes) => line.swallows || far.write(bytes))
    if (bytesPerSecond === Infinity) far.on('data', (bytes) => line.swallows || near.write(bytes))
    else trickle(far, near, (bytesPerSecond * TURN_MS) / 1000)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    isCut = true
    for (const end of [...ends.keys()]) end()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get tried() {
      return tried
    },
    cut,
    swallow: () => {
      for (const line of ends.values()) line.swallows = true
    },
    mend: () => {
      isCut = false
    },
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Passes on a little at a time, and takes no more meanwhile. */
function trickle(from: Socket, to: Socket, bytesPerTurn: number): void {
  const turn = setInterval(() => {
    const bytes = (from.read(Math.min(bytesPerTurn, from.readableLength)) ?? null) as Buffer | null
    if (bytes) to.write(bytes)
  }, TURN_MS)
  from.once('close', () => clearInterval(turn))
}
