import { describe, expect, test } from 'vitest'
import { aReply } from '@roomcast/test/doubles/fold/builders.ts'
import type { Mark } from '../protocol/index.ts'
import { addMark, cutReply, growReply, partsOf } from './reply.ts'

const thinking = (from: number): Mark => ({ kind: 'thinking', from })
const text = (from: number): Mark => ({ kind: 'text', from })

describe('growing a reply', () => {
  test('adds text at its end', () => {
    const { result, reply } = growReply(aReply('né'), 3, '🎉')
    expect({ result, text: reply.text, end: reply.end }).toEqual({
      result: 'applied',
      text: 'né🎉',
      end: 7,
    })
  })

  test('[R1.1] ignores text that it already has', () => {
    const reply = aReply('Because')
    expect(growReply(reply, 0, 'Beca')).toEqual({ result: 'ignored', reply })
    expect(growReply(reply, 3, 'ause')).toEqual({ result: 'ignored', reply })
    expect(growReply(reply, 7, '')).toEqual({ result: 'ignored', reply })
  })

  test('[R1.2] adds only the new bytes of overlapping text', () => {
    const { result, reply } = growReply(aReply('日本'), 3, '本語')
    expect({ result, text: reply.text, end: reply.end }).toEqual({
      result: 'applied',
      text: '日本語',
      end: 9,
    })
  })

  test('[R1.3] does not add text beyond a gap', () => {
    const reply = aReply('Bec')
    expect(growReply(reply, 4, 'use')).toEqual({ result: 'gap', reply })
    expect(growReply(reply, 4, '', 'thinking')).toEqual({ result: 'gap', reply })
  })

  test('adds a mark without bytes once', () => {
    const once = growReply(aReply('Hm', [text(0)]), 2, '', 'thinking')
    expect(once).toMatchObject({ result: 'applied', reply: { marks: [text(0), thinking(2)] } })
    expect(growReply(once.reply, 2, '', 'thinking').result).toBe('ignored')
  })

  test('ignores an earlier mark', () => {
    expect(growReply(aReply('Hm', [text(0)]), 1, '', 'thinking').result).toBe('ignored')
  })

  test('keeps a mark that comes with text', () => {
    const { reply } = growReply(aReply('Hm', [text(0), thinking(2)]), 2, 'well', 'thinking')
    expect(reply.marks).toEqual([text(0), thinking(2)])
  })

  test('drops a mark without bytes when text follows without that mark', () => {
    const hinted = aReply('Hm', [text(0), thinking(2)])
    expect(growReply(hinted, 2, ' so').reply.marks).toEqual([text(0)])
    expect(growReply(hinted, 0, 'Hm so', 'text').reply.marks).toEqual([text(0)])
  })
})

describe('marks', () => {
  test('of the same kind as the last one add nothing', () => {
    const marks = [text(0)]
    expect(addMark(marks, 'text', 5)).toBe(marks)
  })

  test('without bytes are replaced by the next one at the same position', () => {
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
  test('removes bytes and marks beyond the end', () => {
    const reply = aReply('日本語', [thinking(0), text(6)])
    expect(cutReply(reply, 6)).toEqual(aReply('日本', [thinking(0)]))
    expect(cutReply(reply, 0)).toEqual(aReply())
  })

  test('at or after its last byte keeps the text and removes only marks without bytes', () => {
    expect(cutReply(aReply('Hm', [text(0), thinking(2)]), 2)).toEqual(aReply('Hm', [text(0)]))
    expect(cutReply(aReply('Hm'), 5)).toEqual(aReply('Hm'))
  })
})

describe('parts of a reply', () => {
  test('come in order, one for each mark', () => {
    const reply = aReply('🤔 hm日本', [thinking(0), text(7)])
    expect(partsOf(reply)).toEqual([
      { kind: 'thinking', text: '🤔 hm' },
      { kind: 'text', text: '日本' },
    ])
  })

  test('leave out empty ones', () => {
    expect(partsOf(aReply('', [thinking(0)]))).toEqual([])
    expect(partsOf(aReply('Hm', [text(0), thinking(2)]))).toEqual([{ kind: 'text', text: 'Hm' }])
    expect(partsOf(aReply())).toEqual([])
  })

  test('before the first mark are text', () => {
    expect(partsOf(aReply('plain'))).toEqual([{ kind: 'text', text: 'plain' }])
    expect(partsOf(aReply('So hm', [thinking(3)]))).toEqual([
      { kind: 'text', text: 'So ' },
      { kind: 'thinking', text: 'hm' },
    ])
  })
})
