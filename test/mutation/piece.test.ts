import { expect, test } from 'vitest'
import { placesOf } from './piece.ts'

const found = (piece: string, source: string) =>
  placesOf(piece, source).map(({ from, to }) => source.slice(from, to))

test('a piece is found on one line or on several', () => {
  const apart = 'if (\n  a.b(c) &&\n  d\n) {'
  expect(found('if (a.b(c) && d) {', apart)).toEqual([apart])
  expect(found(apart, 'x; if (a.b(c) && d) { y }')).toEqual(['if (a.b(c) && d) {'])
})

test('a comma before a closing bracket does not count', () => {
  const apart = 'call(\n  one,\n  [two],\n)'
  expect(found('call(one, [two])', apart)).toEqual([apart])
  expect(found(apart, 'call(one, [two])')).toEqual(['call(one, [two])'])
  expect(found('[one]', '[,one]')).toEqual([])
})

test('words stay whole, and characters special in a pattern are taken literally', () => {
  expect(found('return now', 'returnnow')).toEqual([])
  expect(found('a.b', 'a+b')).toEqual([])
  expect(found('$x ? [y] : -1', '$x\n? [y]\n: -1')).toEqual(['$x\n? [y]\n: -1'])
})

test('every occurrence is returned', () => {
  expect(placesOf('x = 1', 'x = 1; x  =  1')).toEqual([
    { from: 0, to: 5 },
    { from: 7, to: 14 },
  ])
})
