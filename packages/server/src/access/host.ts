// The names that this server answers to. With DNS rebinding, a page of another site resolves its own name to a loopback
// address and then talks to a node there as if it were its own: Host and Origin agree, and only the name gives it away.
//
// Guarantees: served are loopback names, the listening address, and the configured names, each with any port; not
// served
// are requests with no host, with several, or with an unusual spelling. X-Forwarded-Host is not trusted.
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { addressKey } from './address.ts'

/** The parts of a request that name its destination. */
export interface SentTo {
  readonly rawHeaders: readonly string[]
  readonly url?: string | undefined
  readonly socket: Pick<IncomingMessage['socket'], 'localAddress'>
}

/**
 * Creates the check for one server.
 * @param host the listening address, see Config
 * @param origins the origins of our own pages
 */
export function servedNames(
  host: string,
  origins: readonly string[],
): (request: SentTo) => boolean {
  const names = new Set(['localhost', host.toLowerCase()])
  for (const origin of origins) names.add(new URL(origin).hostname)
  const isServed = (name: string | null, localAddress: string | undefined): boolean => {
    if (name === null) return false
    const bare = name.replace(/^\[(.*)\]$/, '$1')
    if (names.has(name) || names.has(bare)) return true
    if (isIP(bare) === 0) return false
    return isLoopback(bare) || isSame(bare, localAddress)
  }
  return ({ rawHeaders, url = '', socket }) => {
    const hosts = rawHeaders.filter(
      (_, at) => rawHeaders[at - 1]?.toLowerCase() === 'host' && at % 2 === 1,
    )
    const [given, ...more] = hosts
    if (given === undefined || more.length > 0) return false
    if (!isServed(nameOf(given), socket.localAddress)) return false
    // An absolute-form target names a host too (RFC 9112, 3.2.2), and would override the header.
    return url.startsWith('/') || url === '*' || isServed(nameIn(url), socket.localAddress)
  }
}

/** The name in a Host header, in lower case, without the port and a trailing dot; null if it is invalid. */
function nameOf(host: string): string | null {
  const name = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host)?.[1]
  return name === undefined ? null : name.toLowerCase().replace(/(?<=[^.])\.$/, '')
}

function nameIn(target: string): string | null {
  return nameOf(/^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? '')
}

/** Only in the spelling of browsers, which normalize 2130706433 and 0177.1 to 127.0.0.1 before the request. */
function isLoopback(address: string): boolean {
  if (/^127(\.\d{1,3}){3}$/.test(address)) return true
  if (!address.includes(':')) return false
  return isSame(address, '::1') || addressKey(address).startsWith('127.')
}

/** Whether two addresses are the same, however they are spelled. */
function isSame(one: string, other: string | undefined): boolean {
  if (other === undefined) return false
  return plain(one) === plain(other)
}

function plain(address: string): string {
  const bare = address.replace(/%.*$/, '')
  const written = isIP(bare) === 6 ? (URL.parse(`http://[${bare}]/`)?.hostname ?? bare) : bare
  const mapped = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(written)
  if (!mapped) return written
  const [high = 0, low = 0] = mapped.slice(1).map((group) => parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
