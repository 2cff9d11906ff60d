import { describe, expect, test } from 'vitest'
import { aReply } from '@roomcast/test/doubles/fold/builders.ts'
import type { Mark } from '../protocol/index.ts'
import { addMark, cutReply, growReply, partsOf } from './reply.ts'

const thinking = (from: number): Mark => ({ kind: 'thinking', from })
const text = (from: number): Mark => ({ kind: 'text', from })

describe('growing a reply', () => {
  test('text at the end is added', () => {
    const { result, reply } = growReply(aReply('né'), 3, '🎉')
    expect({ result, text: reply.text, end: reply.end }).toEqual({
      result: 'applied',
      text: 'né🎉',
      end: 7,
    })
  })

  test('[R1.1] text that is here already is ignored', () => {
    const reply = aReply('Because')
    expect(growReply(reply, 0, 'Beca')).toEqual({ result: 'ignored', reply })
    expect(growReply(reply, 3, 'ause')).toEqual({ result: 'ignored', reply })
    expect(growReply(reply, 7, '')).toEqual({ result: 'ignored', reply })
  })

  test('[R1.2] of text that overlaps only the new bytes are added', () => {
    const { result, reply } = growReply(aReply('日本'), 3, '本語')
    expect({ result, text: reply.text, end: reply.end }).toEqual({
      result: 'applied',
      text: '日本語',
      end: 9,
    })
  })

  test('[R1.3] text beyond a gap is not added', () => {
    const reply = aReply('Bec')
    expect(growReply(reply, 4, 'use')).toEqual({ result: 'gap', reply })
    expect(growReply(reply, 4, '', 'thinking')).toEqual({ result: 'gap', reply })
  })

  test('a mark without bytes is added once', () => {
    const once = growReply(aReply('Hm', [text(0)]), 2, '', 'thinking')
    expect(once).toMatchObject({ result: 'applied', reply: { marks: [text(0), thinking(2)] } })
    expect(growReply(once.reply, 2, '', 'thinking').result).toBe('ignored')
  })

  test('a mark from before is ignored', () => {
    expect(growReply(aReply('Hm', [text(0)]), 1, '', 'thinking').result).toBe('ignored')
  })

  test('text with a mark makes it last', () => {
    const { reply } = growReply(aReply('Hm', [text(0), thinking(2)]), 2, 'well', 'thinking')
    expect(reply.marks).toEqual([text(0), thinking(2)])
  })

  test('text that goes on without a mark ends the hint of a mark without bytes', () => {
    const hinted = aReply('Hm', [text(0), thinking(2)])
    expect(growReply(hinted, 2, ' so').reply.marks).toEqual([text(0)])
    expect(growReply(hinted, 0, 'Hm so', 'text').reply.marks).toEqual([text(0)])
  })
})

describe('marks', () => {
  test('the same kind again adds nothing', () => {
    const marks = [text(0)]
    expect(addMark(marks, 'text', 5)).toBe(marks)
  })

  test('a mark without bytes gives way to the next at its place', () => {
    expect(addMark([thinking(0)], 'text', 0)).toEqual([text(0)])
    expect(addMark([text(0), thinking(5)], 'text', 5)).toEqual([text(0)])
    expect(addMark([thinking(0), text(5)], 'thinking', 9)).toEqual([
      thinking(0),
      text(5),
      thinking(9),
    ])
  })
})

describe('cutting a reply', () => {
  test('bytes and marks beyond the end go', () => {
    const reply = aReply('日本語', [thinking(0), text(6)])
    expect(cutReply(reply, 6)).toEqual(aReply('日本', [thinking(0)]))
    expect(cutReply(reply, 0)).toEqual(aReply())
  })

  test('a reply that ends there keeps its text and loses only marks without bytes', () => {
    expect(cutReply(aReply('Hm', [text(0), thinking(2)]), 2)).toEqual(aReply('Hm', [text(0)]))
    expect(cutReply(aReply('Hm'), 5)).toEqual(aReply('Hm'))
  })
})

describe('parts of a reply', () => {
  test('each kind has its own part, in order', () => {
    const reply = aReply('🤔 hm日本', [thinking(0), text(7)])
    expect(partsOf(reply)).toEqual([
      { kind: 'thinking', text: '🤔 hm' },
      { kind: 'text', text: '日本' },
    ])
  })

  test('empty parts are left out', () => {
    expect(partsOf(aReply('', [thinking(0)]))).toEqual([])
    expect(partsOf(aReply('Hm', [text(0), thinking(2)]))).toEqual([{ kind: 'text', text: 'Hm' }])
    expect(partsOf(aReply())).toEqual([])
  })

  test('what comes before the first mark is text', () => {
    expect(partsOf(aReply('plain'))).toEqual([{ kind: 'text', text: 'plain' }])
    expect(partsOf(aReply('So hm', [thinking(3)]))).toEqual([
      { kind: 'text', text: 'So ' },
      { kind: 'thinking', text: 'hm' },
    ])
  })
})
