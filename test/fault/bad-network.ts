// The path from clients to a server: a TCP proxy that a test makes good, cut, half-open or slow.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The interval at which data waiting on a slow path is forwarded, ms. */
const TURN_MS = 50

export interface BadNetwork {
  readonly url: string
  /** Connection attempts so far. */
  readonly tried: number
  /** Drops all connections and refuses new ones until `mend`. */
  cut(): void
  /** Loses all data from now on without telling either side; connections made after `mend` are good again. */
  swallow(): void
  mend(): void
  close(): Promise<void>
}

/**
 * Starts a proxy to a server on this machine.
 * @param bytesPerSecond limits the data from the server on each connection; unlimited if absent
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

/** Forwards a little at a time, and reads no more meanwhile. */
function trickle(from: Socket, to: Socket, bytesPerTurn: number): void {
  const turn = setInterval(() => {
    const bytes = (from.read(Math.min(bytesPerTurn, from.readableLength)) ?? null) as Buffer | null
    if (bytes) to.write(bytes)
  }, TURN_MS)
  from.once('close', () => clearInterval(turn))
}
