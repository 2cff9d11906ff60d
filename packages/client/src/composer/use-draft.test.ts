import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NO_DRAFT } from './draft.ts'
import { useDraft } from './use-draft.ts'

/** As much of a browser's storage as is needed: what it keeps is text. */
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

/** Goes to another tab, or opens one: with what that tab itself has kept. */
function tab(kept = storage()): typeof kept {
  vi.stubGlobal('sessionStorage', kept)
  return kept
}

describe('a draft', () => {
  beforeEach(() => vi.stubGlobal('localStorage', storage()))
  afterEach(() => vi.unstubAllGlobals())

  it('survives a reload, whatever is written in another tab', () => {
    const mine = tab()
    page().value = written('mine')
    tab()
    page().value = written('of another tab')
    tab(mine)
    expect(page().value.text).toBe('mine')
  })

  it('is what was written last, in a tab that is opened anew', () => {
    tab()
    page().value = written('mine')
    tab()
    expect(page().value.text).toBe('mine')
  })

  it('that was sent is not followed by that of another tab after a reload', () => {
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
