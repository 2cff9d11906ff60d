import { describe, expect, it } from 'vitest'
import { type Post, UnsentPosts } from './unsent-posts.ts'

function setup() {
  const items = new Map<string, string>()
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  return { items, tab: () => new UnsentPosts(() => storage) }
}

const post = (commandId: string, roomId = 'r'): Post => ({
  type: 'post',
  roomId,
  commandId,
  text: 'Hello',
  ask: false,
})

describe('stored unacknowledged messages', () => {
  it('are visible in another tab, oldest first, each once', () => {
    const { tab } = setup()
    const first = tab()
    first.keep('ana', post('1'))
    first.keep('ana', post('2'))
    first.keep('ana', post('1'))
    expect(tab().read('r', 'ana')).toEqual([post('1'), post('2')])
  })

  it('belong to one member in one room', () => {
    const { tab } = setup()
    tab().keep('ana', post('1'))
    expect(tab().read('r', 'bo')).toEqual([])
    expect(tab().read('other', 'ana')).toEqual([])
  })

  it('are deleted one by one and leave nothing behind', () => {
    const { tab, items } = setup()
    const forgetFirst = tab().keep('ana', post('1'))
    const forgetSecond = tab().keep('ana', post('2'))
    forgetFirst()
    expect(tab().read('r', 'ana')).toEqual([post('2')])
    forgetSecond()
    forgetSecond()
    expect(items.size).toBe(0)
  })

  it('are ignored if the stored value is unreadable', () => {
    const { tab, items } = setup()
    for (const broken of ['no JSON', '{}', '[{"type":"cancel"}]']) {
      items.set('unsent:r:ana', broken)
      expect(tab().read('r', 'ana')).toEqual([])
    }
  })

  it('cause no error in a browser that stores nothing', () => {
    const unsent = new UnsentPosts(() => {
      throw new Error('denied')
    })
    expect(() => unsent.keep('ana', post('1'))()).not.toThrow()
    expect(unsent.read('r', 'ana')).toEqual([])
  })
})
