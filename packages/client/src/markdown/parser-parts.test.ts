import { createRequire } from 'node:module'
import type MarkdownIt from 'markdown-it'
import { describe, expect, it } from 'vitest'
import { decode, encode, format, parse } from './address-parts.ts'
import { LinkifyIt } from './bare-addresses.ts'
import { safeHref } from './links.ts'
import { decodeHTMLStrict } from './character-references.ts'
import hostNames from './host-names.ts'

describe('the replaced parts of the parser', () => {
  // The parser as published, with its own parts.
  const Published = createRequire(import.meta.url)('markdown-it') as typeof MarkdownIt
  const parser = new Published()

  it('know the character names that people use', () => {
    const names =
      'amp lt gt quot apos nbsp copy mdash ndash hellip times rarr alpha Omega euro hearts yuml'
    for (const name of names.split(' ')) {
      const [paragraph] = parser.parseInline(`x&${name};`, {})
      const text = paragraph?.children?.map(({ content }) => content).join('')
      expect(`x${decodeHTMLStrict(`&${name};`)}`).toBe(text)
    }
  })

  it.each(['&Dcaron;', '&nosuch;', '&', '&amp', 'amp;', '&160;', '&toString;'])(
    'leave an unknown reference as it is: %s',
    (reference) => {
      expect(decodeHTMLStrict(reference)).toBe(reference)
    },
  )

  it('turn host names in other scripts into the names that browsers request', () => {
    expect(hostNames.toASCII('bücher.example')).toBe('xn--bcher-kva.example')
    expect(hostNames.toASCII('example.com')).toBe('example.com')
    expect(hostNames.toUnicode('xn--bcher-kva.example')).toBe('xn--bcher-kva.example')
    expect(() => hostNames.toASCII('a b')).toThrow('Invalid URL')
  })

  it.each([
    'https://example.com/a b?c=d e#f',
    'https://example.com/%20%zz%',
    'https://例え.jp/道?q=道',
    'https://[::1]:3000/x',
    'http://user@example.com/"<>`{}|^\\',
    'mailto:ana@example.com?subject=a b',
    'javascript:alert(1)',
    'a/b?c',
    '\ud83d',
    '',
  ])('produce the same link as the parser would: %s', (address) => {
    const ours = format({ pathname: encode(parse(address).pathname) })
    expect(safeHref(ours)).toBe(safeHref(parser.normalizeLink(address)))
    expect(encode(ours)).toBe(ours)
    expect(safeHref(decode(ours))?.length).toBe(safeHref(parser.normalizeLinkText(address))?.length)
  })

  it('decode addresses for people', () => {
    expect(decode('https://a.b/%E9%81%93%20x')).toBe('https://a.b/道 x')
    expect(decode('https://a.b/%2F%3f%25', `${decode.defaultChars}%`)).toBe('https://a.b/%2F%3F%25')
    expect(decode('https://a.b/%E9')).toBe('https://a.b/%E9')
  })

  it.each([
    ['See https://example.com/a?b=c#d.', ['https://example.com/a?b=c#d']],
    ['(https://example.com/a_(b)) and', ['https://example.com/a_(b)']],
    ['www.example.com, or HTTP://EXAMPLE.COM!', ['www.example.com', 'HTTP://EXAMPLE.COM']],
    ['write to ana@example.com.', ['ana@example.com']],
    ['**https://example.com/**', ['https://example.com/']],
    ['见https://example.com/路径。', ['https://example.com/路径']],
    ['看 https://例え.jp/道 吧', ['https://例え.jp/道']],
    ['https://localhost:3000/x', ['https://localhost:3000/x']],
    ['https:// and http://. and index.ts', []],
    ['ftp://example.com javascript:alert(1)', []],
  ])('find addresses in text: %s', (text, expected) => {
    expect(new LinkifyIt().match(text)?.map(({ raw }) => raw) ?? []).toEqual(expected)
  })

  it('find an address at the start, and return its URL', () => {
    const finder = new LinkifyIt()
    expect(finder.matchAtStart('https://a.example/x rest')).toMatchObject({
      url: 'https://a.example/x',
    })
    expect(finder.matchAtStart('x https://a.example')).toBe(null)
    expect(finder.match('www.a.example')).toMatchObject([{ url: 'http://www.a.example' }])
    expect(finder.match('ana@a.example')).toMatchObject([{ url: 'mailto:ana@a.example' }])
  })
})
