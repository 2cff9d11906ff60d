// The client address of a request, as limits count it: the same for HTTP, sockets and event streams.
import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'

/** The one key of everything that is not an address. */
const UNKNOWN = 'unknown'

/** Longest part of the header that is parsed, characters, from its end, which our own proxies wrote. */
const LONGEST_CHAIN = 2000

/**
 * The key of the client that sent a request, see `addressKey`.
 * @param trustProxy how many proxies in front are trusted to name it, see Config
 */
export function addressOf(
  {
    headers,
    socket,
  }: Pick<IncomingMessage, 'headers'> & {
    readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>
  },
  trustProxy: number | false,
): string {
  const forwarded = headers['x-forwarded-for']
  const chain = (typeof forwarded === 'string' ? forwarded.slice(-LONGEST_CHAIN) : '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .reverse()
  const addresses = [socket.remoteAddress ?? '', ...chain]
  const hops = trustProxy === false ? 0 : trustProxy
  return addressKey(addresses[Math.min(hops, addresses.length - 1)] ?? '')
}

/**
 * The key of an address, however it is spelled: an IPv4 address, even if written as IPv6 (mapped, NAT64, 6to4); for
 * IPv6 the first half, which is what one subscriber gets.
 */
export function addressKey(address: string): string {
  const bare = withoutPort(address.trim())
  if (isIPv4(bare)) return bare
  const groups = groupsOf(bare.replace(/%.*$/s, ''))
  return groups === null ? UNKNOWN : (inner(groups) ?? firstHalf(groups))
}

/** Removes the port that some proxies add: `1.2.3.4:5678`, `[::1]:80`. */
function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(address)?.[1]
  if (bracketed !== undefined) return bracketed
  return /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(address)?.[1] ?? address
}

/** The eight numbers of an IPv6 address; null for anything else. */
function groupsOf(address: string): readonly number[] | null {
  if (!isIPv6(address)) return null
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const [, begin = '', ...bytes] = dotted ?? []
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
  const plain = dotted
    ? `${begin}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
    : address
  const [head = '', tail] = plain.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail ? tail.split(':') : []
  const gap = tail === undefined ? 0 : 8 - first.length - last.length
  return [...first, ...Array<string>(gap).fill('0'), ...last].map((group) => parseInt(group, 16))
}

const firstHalf = (groups: readonly number[]) =>
  groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')

/** The IPv4 address inside an IPv6 address: again one subscriber, who could write it in many ways. */
function inner(groups: readonly number[]): string | null {
  const [first = 0, second = 0, third = 0] = groups
  const dotted = (high = 0, low = 0) => [high >> 8, high & 255, low >> 8, low & 255].join('.')
  const last = dotted(groups[6], groups[7])
  const begins = (...prefix: readonly number[]) => prefix.every((group, at) => groups[at] === group)
  if (begins(0, 0, 0, 0, 0, 0xffff) || begins(0, 0, 0, 0, 0xffff, 0)) return last
  if (begins(0x64, 0xff9b, 0, 0, 0, 0) || begins(0x64, 0xff9b, 1)) return last
  if (first === 0x2002) return dotted(second, third)
  return null
}
