import { describe, expect, it } from 'vitest'
import { elementsWithin, isModest, type Walked } from './formula-limits.ts'

const nested = (command: string, times: number) => `${command.repeat(times)}x${'}'.repeat(times)}`

describe('TeX', () => {
  it.each([
    'x^2',
    nested('\\frac{1}{1+', 12),
    '\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}',
    '\\definitely \\left( \\text{let} \\right)',
    '}}}{{{',
  ])('is typeset: %s', (tex) => {
    expect(isModest(tex)).toBe(true)
  })

  it.each([
    ['nested roots', nested('\\sqrt{', 61)],
    ['nested fractions', nested('\\frac{1}{', 200)],
    ['a long sum', 'x+'.repeat(1_001)],
    ['a wide matrix', `\\begin{matrix}${'x&'.repeat(401)}\\end{matrix}`],
    ['a high matrix', `\\begin{matrix}${'x\\\\'.repeat(401)}\\end{matrix}`],
    ['macros of its own', '\\def\\a{xxxxxxxxxx}\\a\\a\\a'],
    ['macros by another name', '\\newcommand{\\a}[1]{#1#1}\\a{x}'],
  ])('stays source if it is too heavy: %s', (_what, tex) => {
    expect(isModest(tex)).toBe(false)
  })
})

interface Tree extends Walked {
  firstElementChild: Tree | null
  nextElementSibling: Tree | null
  parentElement: Tree | null
}
const element = (parentElement: Tree | null): Tree => ({
  parentElement,
  firstElementChild: null,
  nextElementSibling: null,
})

/** Adds children to the front of an element. */
function family(parent: Tree, children: number): Tree {
  for (let count = 0; count < children; count++) {
    const child = element(parent)
    child.nextElementSibling = parent.firstElementChild
    parent.firstElementChild = child
  }
  return parent
}

describe('the elements of a formula', () => {
  it('are counted only within the formula', () => {
    const page = family(element(null), 2)
    const root = page.firstElementChild ?? page
    expect(elementsWithin(root)).toBe(0)
    family(root, 3)
    const second = root.firstElementChild?.nextElementSibling ?? root
    family(second, 4)
    expect(elementsWithin(root)).toBe(7)
  })

  it('are too many above ten thousand', () => {
    expect(elementsWithin(family(element(null), 10_000))).toBe(10_000)
    expect(elementsWithin(family(element(null), 10_001))).toBe(Infinity)
  })

  it('are refused if nested deeper than a browser can lay out', () => {
    const root = element(null)
    let at = root
    for (let depth = 0; depth < 20_000; depth++) {
      at.firstElementChild = element(at)
      at = at.firstElementChild
    }
    expect(elementsWithin(root)).toBe(Infinity)
  })
})
