import { describe, expect, it } from 'vitest'
import { servedNames } from './host.ts'

const ORIGINS = ['https://rooms.example.org', 'http://inner.test:8080']
const served = (
  host: string | readonly string[] | undefined,
  { url = '/', local = '127.0.0.1', listens = '127.0.0.1' } = {},
) =>
  servedNames(
    listens,
    ORIGINS,
  )({
    rawHeaders: [
      'Accept',
      'host',
      ...[host ?? []].flat().flatMap((one) => ['hOsT', one]),
      'X-Forwarded-Host',
      'localhost',
    ],
    url,
    socket: { localAddress: local },
  })

describe('[R6.3] a request that was sent to', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LocalHost:1',
    'localhost.',
    '127.0.0.1',
    '127.0.0.1:65535',
    '127.8.8.8',
    '127.0.0.1.',
    '[::1]',
    '[::1]:3000',
    '[0:0:0:0:0:0:0:1]:3000',
    '[::ffff:127.0.0.1]:3000',
    'rooms.example.org',
    'ROOMS.example.org:443',
    'rooms.example.org.:443',
    'inner.test',
    'inner.test:3000',
  ])('%s is served', (host) => {
    expect(served(host)).toBe(true)
  })

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    'localhost..',
    '.localhost',
    'evil.localhost',
    'rooms.example.org.evil.example',
    'evilrooms.example.org',
    'example.org',
    '127.0.0.1.evil.example',
    '127.0.0.1..',
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '127.1',
    '127.0.0.256',
    '0.0.0.0',
    '10.0.0.9',
    '[::]',
    '[fe80::1]',
    '[::1',
    '::1',
    '[::1]evil',
    'localhost:',
    'localhost:3000:3000',
    'localhost:port',
    'localhost:999999',
    'localhost@evil.example',
    'evil.example@localhost',
    'localhost evil.example',
    'localhost,evil.example',
    'localhost/evil',
    'lоcalhost',
    '',
    ' ',
    undefined,
  ])('%s is not', (host) => {
    expect(served(host)).toBe(false)
  })

  it('two hosts is not, even if both are the same', () => {
    expect(served(['localhost', 'evil.example'])).toBe(false)
    expect(served(['evil.example', 'localhost'])).toBe(false)
    expect(served(['localhost', 'localhost'])).toBe(false)
  })

  it('the listening address, or that of the connection, is served', () => {
    expect(served('10.0.0.9:3000', { local: '10.0.0.9' })).toBe(true)
    expect(served('10.0.0.9:3000', { local: '::ffff:10.0.0.9', listens: '::' })).toBe(true)
    expect(served('[2001:DB8::9]:3000', { local: '2001:db8:0::9', listens: '::' })).toBe(true)
    expect(served('10.0.0.8:3000', { local: '10.0.0.9', listens: '0.0.0.0' })).toBe(false)
    expect(served('box.lan', { local: '10.0.0.9', listens: 'box.lan' })).toBe(true)
    expect(served('0.0.0.0', { local: '10.0.0.9', listens: '10.0.0.9' })).toBe(false)
  })

  it.each([
    ['http://localhost:3000/api', true],
    ['http://evil.example/api', false],
    ['HTTP://evil.example', false],
    ['http://localhost@evil.example/', false],
    ['ftp://localhost/', false],
    ['evil.example:443', false],
    ['*', true],
  ])('localhost, but for %s, is served: %s', (url, is) => {
    expect(served('localhost', { url })).toBe(is)
  })
})
