import { describe, expect, it } from 'vitest'
import { isEditLast, isSend, type Key } from './field-keys.ts'

function key(name: string, more: Partial<Key> = {}): Key {
  const modifiers = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false }
  return { key: name, ...modifiers, ...more }
}

describe('a key in the composer', () => {
  it.each([
    ['Enter', key('Enter'), true],
    ['Shift+Enter', key('Enter', { shiftKey: true }), false],
    ['Alt+Enter', key('Enter', { altKey: true }), false],
    ['Ctrl+Enter', key('Enter', { ctrlKey: true }), true],
    ['⌘+Enter', key('Enter', { metaKey: true }), true],
    ['a letter', key('a'), false],
  ])('such as %s sends as expected while Enter sends: %#', (_name, event, sends) => {
    expect(isSend(event, true)).toBe(sends)
  })

  it('makes a new line if it is Enter and Enter does not send, and Ctrl+Enter still sends', () => {
    expect(isSend(key('Enter'), false)).toBe(false)
    expect(isSend(key('Enter', { ctrlKey: true }), false)).toBe(true)
  })

  it('edits the last message if it is Up and the field is empty', () => {
    expect(isEditLast(key('ArrowUp'), '')).toBe(true)
    expect(isEditLast(key('ArrowUp'), ' ')).toBe(false)
    expect(isEditLast(key('ArrowUp', { shiftKey: true }), '')).toBe(false)
  })
})
