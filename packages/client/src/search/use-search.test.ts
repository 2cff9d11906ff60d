import type { SearchPage } from '@roomcast/shared/protocol'
import { expect, it } from 'vitest'
import { effectScope, ref, shallowRef } from 'vue'
import { useSearch } from './use-search.ts'

it('a search drops a result whose message is retracted while it is shown', async () => {
  const hit = (id: string, offset: number): SearchPage['found'][number] => ({
    kind: 'said',
    id,
    offset,
    at: 0,
    by: 'a',
    passage: 'tea',
    from: 0,
    to: 3,
  })
  const page: SearchPage = { found: [hit('m2', 2), hit('m1', 1)], next: null }
  const retracted = shallowRef<ReadonlySet<string>>(new Set())
  const scope = effectScope()
  await scope.run(async () => {
    const words = ref('')
    const { found } = useSearch(
      words,
      () => Promise.resolve(page),
      () => retracted.value,
    )
    words.value = 'tea'
    await expect.poll(() => found.value.map(({ id }) => id)).toEqual(['m2', 'm1'])
    retracted.value = new Set(['m2'])
    expect(found.value.map(({ id }) => id)).toEqual(['m1'])
  })
  scope.stop()
})
