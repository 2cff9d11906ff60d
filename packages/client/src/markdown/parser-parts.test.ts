import MarkdownIt from 'markdown-it'
import { describe, expect, it } from 'vitest'
import { decodeHTMLStrict } from './character-references.ts'
import hostNames from './host-names.ts'

describe('the parts that the build gives the parser', () => {
  // Tests run with the parser's own parts, so these say what those say.
  const parser = new MarkdownIt()

  it('know the characters by the names that people write', () => {
    const names =
      'amp lt gt quot apos nbsp copy mdash ndash hellip times rarr alpha Omega euro hearts yuml'
    for (const name of names.split(' ')) {
      const [paragraph] = parser.parseInline(`x&${name};`, {})
      const text = paragraph?.children?.map(({ content }) => content).join('')
      expect(`x${decodeHTMLStrict(`&${name};`)}`).toBe(text)
    }
  })

  it.each(['&Dcaron;', '&nosuch;', '&', '&amp', 'amp;', '&160;', '&toString;'])(
    'leave what they do not know as it is: %s',
    (reference) => {
      expect(decodeHTMLStrict(reference)).toBe(reference)
    },
  )

  it('turn host names of other scripts into what browsers ask for', () => {
    expect(hostNames.toASCII('bücher.example')).toBe('xn--bcher-kva.example')
    expect(hostNames.toASCII('example.com')).toBe('example.com')
    expect(hostNames.toUnicode('xn--bcher-kva.example')).toBe('xn--bcher-kva.example')
    expect(() => hostNames.toASCII('a b')).toThrow('Invalid URL')
  })
})
