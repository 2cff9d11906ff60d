// A connection that can be cut: a TCP proxy in front of one server, for one client.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly url: string
  /** Drops every connection and refuses new ones, until `mend`. */
  cut(): void
  mend(): void
  /** Leads new connections to another server on this machine. */
  leadTo(port: number): void
  /** Everything sent to the server so far. */
  sent(): string
  /** Connections refused while the proxy was cut. */
  readonly refused: number
  /** Delivers the next request but drops its answer: then the connection is cut, once. */
  loseNextAnswer(): void
  /** Holds back the server's answers until `releaseAnswers`; `held`: the number of pieces. */
  holdAnswers(): void
  releaseAnswers(): void
  readonly held: number
  close(): Promise<void>
}

/**
 * Starts a proxy to a server on this machine.
 * @param delayMs the delay in each direction, as if the server were far away
 */
export async function startTcpProxy(targetPort: number, delayMs = 0): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let port = targetPort
  let isCut = false
  let refused = 0
  let sent = ''
  let loses = false
  let held: (() => void)[] | null = null
  const server = createServer((near) => {
    if (isCut) {
      refused += 1
      return void near.destroy()
    }
    const far = connect(port, '127.0.0.1')
    near.on('data', (bytes) => (sent += bytes.toString('latin1')))
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('data', (bytes) => {
        if (held && socket === far) return void held.push(() => other.write(bytes))
        if (delayMs > 0) return void setTimeout(() => other.write(bytes), delayMs)
        if (!loses || socket === near) return void other.write(bytes)
        loses = false
        socket.destroy()
        other.destroy()
      })
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true
      drop()
    },
    mend: () => {
      isCut = false
    },
    get refused() {
      return refused
    },
    leadTo: (other) => {
      port = other
    },
    loseNextAnswer: () => {
      loses = true
    },
    holdAnswers: () => {
      held ??= []
    },
    releaseAnswers: () => {
      for (const write of held ?? []) write()
      held = null
    },
    get held() {
      return held?.length ?? 0
    },
    sent: () => sent,
    close: () => {
      drop()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
