import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NO_DRAFT } from './draft-schema.ts'
import { useDraft } from './use-draft.ts'

/** The part of a browser's storage that drafts use. */
function storage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

const page = () => useDraft(() => 'r')
const written = (text: string) => ({ ...NO_DRAFT, text })

/** Switches to another tab with its own session storage, or opens a new one. */
function tab(kept = storage()): typeof kept {
  vi.stubGlobal('sessionStorage', kept)
  return kept
}

describe('a draft', () => {
  beforeEach(() => vi.stubGlobal('localStorage', storage()))
  afterEach(() => vi.unstubAllGlobals())

  it('survives a reload, whatever another tab writes', () => {
    const mine = tab()
    page().value = written('mine')
    tab()
    page().value = written('of another tab')
    tab(mine)
    expect(page().value.text).toBe('mine')
  })

  it('in a new tab begins with the most recent one of all tabs', () => {
    tab()
    page().value = written('mine')
    tab()
    expect(page().value.text).toBe('mine')
  })

  it('stays empty after sending and a reload, whatever another tab writes', () => {
    const mine = tab()
    const draft = page()
    draft.value = written('mine')
    draft.value = NO_DRAFT
    tab()
    page().value = written('of another tab')
    tab(mine)
    expect(page().value).toEqual(NO_DRAFT)
  })
})
