// Whether connections to Socket.IO become WebSockets: sends the first request of one, as a page of the address would.
// By hand, because a WebSocket client does not reveal the response it got instead.
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Clock } from '@roomcast/shared/clock'
import { type Finding, finding, findingOf } from './findings.ts'

const PATIENCE_MS = 10_000
const MOST_BYTES = 4096
/** The greeting of Engine.IO in the first frame of a connection. */
const GREETING = '0{"sid":'
/** The refusal of the server to pages of other origins or names. */
const REFUSED = /(origin|host)-refused/

/**
 * Requests a WebSocket at `origin` and closes it again. Never rejects.
 * @param key 16 random bytes, base64: RFC 6455, 4.1
 */
export function checkUpgrade(origin: URL, key: string, clock: Clock): Promise<Finding | null> {
  return new Promise((resolve) => {
    const asked = ask(origin, key)
    const stop = clock.after(PATIENCE_MS, () =>
      tell(finding('timed-out', `no WebSocket within ${PATIENCE_MS / 1000} s`)),
    )
    const tell = (found: Finding | null): void => {
      stop()
      asked.destroy()
      resolve(found)
    }
    asked.on('error', (error) => tell(findingOf(error, origin.host)))
    asked.once('upgrade', (_response, socket, head) => void greeting(socket, head).then(tell))
    asked.once('response', (response) => void answerInstead(response).then(tell))
    asked.end()
  })
}

function ask(origin: URL, key: string): ClientRequest {
  const request = origin.protocol === 'https:' ? httpsRequest : httpRequest
  return request(new URL('/socket.io/?EIO=4&transport=websocket', origin), {
    agent: false,
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': key,
      Origin: origin.origin,
    },
  })
}

async function greeting(socket: Duplex, head: Buffer): Promise<Finding | null> {
  const isGreeting = (text: string) => text.includes(GREETING)
  const text = await textOf(socket, head, isGreeting)
  socket.destroy()
  return isGreeting(text) ? null : finding('not-roomcast', 'a WebSocket of something else')
}

async function answerInstead(response: IncomingMessage): Promise<Finding> {
  const { statusCode: status = 0, headers } = response
  const seen = `status ${status} instead of 101`
  if (status >= 300 && status < 400)
    return finding('redirected', `/socket.io/ → ${headers.location ?? 'nowhere'}`)
  if (status >= 502 && status <= 504) return finding('no-node', seen)
  if (status === 404) return finding('not-roomcast', `${seen} at /socket.io/`)
  const text = await textOf(response, Buffer.alloc(0), () => false)
  return finding(REFUSED.test(text) ? 'origin-refused' : 'not-upgraded', seen)
}

/** Reads text until there is enough, too much, or no more. */
function textOf(
  stream: NodeJS.ReadableStream,
  head: Buffer,
  isEnough: (text: string) => boolean,
): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const take = (bytes: Buffer): void => {
      text += bytes.toString('latin1')
      if (isEnough(text) || text.length > MOST_BYTES) resolve(text)
    }
    for (const end of ['end', 'close', 'error']) stream.on(end, () => resolve(text))
    stream.on('data', take)
    take(head)
  })
}
