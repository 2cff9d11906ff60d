import { describe, expect, it } from 'vitest'
import { addressKey, addressOf } from './address.ts'

describe('addressKey', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    [' 127.0.0.1 ', '127.0.0.1'],
    ['10.0.0.1:4711', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:10.0.0.1', '10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['0:0:0:0:0:ffff:0a00:0001', '10.0.0.1'],
    ['[::ffff:10.0.0.1]:80', '10.0.0.1'],
    ['::ffff:0:10.0.0.1', '10.0.0.1'],
    ['64:ff9b::10.0.0.1', '10.0.0.1'],
    ['64:ff9b::a00:1', '10.0.0.1'],
    ['64:ff9b:1:7:8:9:a00:1', '10.0.0.1'],
    ['2002:a00:1::1', '10.0.0.1'],
    ['2002:a00:1:ffff::9', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['fe80::2%25wlan0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['1::2:3:4:5:6:7', '1:0:2:3'],
    ['', 'unknown'],
    ['unix:', 'unknown'],
    ['_hidden', 'unknown'],
    ['1.2.3', 'unknown'],
    ['::1::2', 'unknown'],
    ['x'.repeat(100_000), 'unknown'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })
})

describe('addressOf', () => {
  const from = (forwarded: string | undefined, trust: number | false) =>
    addressOf(
      { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: '192.0.2.1' } },
      trust,
    )

  it.each([
    ['9.9.9.9', false, '192.0.2.1'],
    [undefined, 1, '192.0.2.1'],
    ['9.9.9.9', 1, '9.9.9.9'],
    ['7.7.7.7, 9.9.9.9', 1, '9.9.9.9'],
    ['7.7.7.7, 9.9.9.9', 2, '7.7.7.7'],
    ['7.7.7.7, 9.9.9.9', 10, '7.7.7.7'],
    [`${'1.1.1.1,'.repeat(5000)}9.9.9.9`, 1, '9.9.9.9'],
    ['senseless', 1, 'unknown'],
  ] as const)('by %s, believing %s proxies, is %s', (forwarded, trust, key) => {
    expect(from(forwarded, trust)).toBe(key)
  })
})
