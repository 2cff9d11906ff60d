import { describe, expect, it } from 'vitest'
import { Row, type Waiting } from './row.ts'

interface Named extends Waiting {
  readonly is: string
}

function item(is: string, more: Partial<Waiting> = {}): Named {
  return { is, isFirst: false, name: is, kind: 'adds', bytes: 100, ...more }
}

function rowOf(...items: readonly Named[]): Row<Named> {
  const row = new Row<Named>()
  for (const one of items) row.add(one)
  return row
}

/** All batches, in order. */
function batchesOf(row: Row<Named>): string[][] {
  const batches: string[][] = []
  while (row.length > 0) batches.push(row.take().map(({ is }) => is))
  return batches
}

describe('the row of a room', () => {
  it('batches all commands that may go together, in order', () => {
    expect(batchesOf(rowOf(item('a'), item('b'), item('c')))).toEqual([['a', 'b', 'c']])
    expect(rowOf().take()).toEqual([])
  })

  it('begins a batch with a command that must be first, and lets others follow it', () => {
    const row = rowOf(item('a'), item('made', { isFirst: true }), item('b'))
    expect(batchesOf(row)).toEqual([['a'], ['made', 'b']])
  })

  it('never mixes kinds', () => {
    const row = rowOf(
      item('a'),
      item('b', { kind: 'frees' }),
      item('c', { kind: 'frees' }),
      item('d'),
    )
    expect(batchesOf(row)).toEqual([['a'], ['b', 'c'], ['d']])
  })

  it('never has a command twice in a batch', () => {
    const row = rowOf(item('a'), item('b'), item('a'), item('c'))
    expect(batchesOf(row)).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ])
  })

  it('limits a batch to 64 commands and 128 KiB, but never to less than one command', () => {
    const many = Array.from({ length: 130 }, (_, index) => item(`${index}`))
    expect(batchesOf(rowOf(...many)).map(({ length }) => length)).toEqual([64, 64, 2])
    const large = ['a', 'b', 'c', 'd'].map((is) => item(is, { bytes: 60 * 1024 }))
    const huge = item('e', { bytes: 200 * 1024 })
    expect(batchesOf(rowOf(huge, ...large))).toEqual([['e'], ['a', 'b'], ['c', 'd']])
  })
})
