import { expect, it } from 'vitest'
import { Refusal } from '@roomcast/shared/protocol'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import type { Append, EntryLog } from './entry-log.ts'
import { SaveTrouble } from './save-trouble.ts'

it('[R5.3] the outcome of the last save counts until the next one, and for three seconds at most', async () => {
  const clock = new SimulatedClock(0)
  let fails: Refusal | null = null
  const save = () => (fails ? Promise.reject(fails) : Promise.resolve({ ok: true, end: 2 }))
  const trouble = new SaveTrouble(clock)
  const log = trouble.of({ appendReply: save, read: save } as unknown as EntryLog)
  const started = { roomId: 'r', generationId: 'g', number: 1, fence: 1 }
  const append = () => log.appendReply(started, 0, 'Be').catch(() => null)
  expect(trouble.current).toBeNull()

  fails = new Refusal('storage-full')
  await append()
  expect(trouble.current).toMatchObject({ code: 'storage-full' })
  // Reading shows nothing about saving, and neither does a refusal by a rule.
  fails = null
  await log.read('r')
  fails = new Refusal('queue-full')
  await append()
  clock.tick(3000)
  expect(trouble.current).not.toBeNull()
  clock.tick(1)
  expect(trouble.current).toBeNull()

  fails = new Refusal('storage-unavailable')
  await append()
  expect(trouble.current).toMatchObject({ code: 'storage-unavailable' })
  fails = null
  await append()
  expect(trouble.current).toBeNull()
})

it('[R5.3] a failed append counts as trouble', async () => {
  const full = () => Promise.reject(new Refusal('storage-full'))
  const trouble = new SaveTrouble(new SimulatedClock())
  const log = trouble.of({ append: full } as unknown as EntryLog)
  await expect(log.append('r', {} as Append)).rejects.toThrow()
  expect(Reflect.get(log, 'then')).toBeUndefined()
  expect(trouble.current).toMatchObject({ code: 'storage-full' })
})

it('[R5.3] an append that writes nothing does not show that more can be saved', async () => {
  let answer: () => Promise<unknown> = () => Promise.reject(new Refusal('storage-full'))
  const trouble = new SaveTrouble(new SimulatedClock())
  const log = trouble.of({ append: () => answer() } as unknown as EntryLog)
  const append = () => log.append('r', {} as Append).catch(() => null)
  await append()
  for (const entries of [[], undefined]) {
    answer = () => Promise.resolve({ type: entries ? 'ok' : 'moved', entries })
    await append()
    expect(trouble.current).toMatchObject({ code: 'storage-full' })
  }
  answer = () => Promise.resolve({ type: 'ok', entries: [{}] })
  await append()
  expect(trouble.current).toBeNull()
})
