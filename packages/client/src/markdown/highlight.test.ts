import { describe, expect, it } from 'vitest'
import { type Colour, highlight } from './highlight.ts'

const text = (colours: readonly Colour[]): string =>
  colours.map((each) => (typeof each === 'string' ? each : text(each.children))).join('')
const depth = (colours: readonly Colour[]): number =>
  Math.max(0, ...colours.map((each) => (typeof each === 'string' ? 0 : 1 + depth(each.children))))

describe('the colours of code', () => {
  it('nest no deeper than a browser can lay out, and lose no character', () => {
    const code = '$(('.repeat(3_000)
    const colours = highlight(code, 'bash') ?? []
    expect(text(colours)).toBe(code)
    expect(depth(colours)).toBeLessThan(40)
  })
})
