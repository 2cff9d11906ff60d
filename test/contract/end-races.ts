// Races for the end of a generation: of several calls at once exactly one wins, and every caller learns which end it
// was.
import { describe, expect, test } from 'vitest'
import type { EndResult, Started } from '@roomcast/server/judge/room-log.ts'
import { digest } from '@roomcast/shared/digest'
import { byteLength } from '@roomcast/shared/room'
import { type Setup, useLog } from './log-under-test.ts'
import { withSeeds } from '../doubles/chance.ts'
import { aRoom } from '../doubles/room.ts'

const ROUNDS = 60

/** The generation that a call reports as started, if any. */
function startedIn(answer: unknown): Started | null {
  const started = (answer as { started?: Started | null } | null)?.started
  return started ?? null
}

/** Begins a call some turns of the event queue later. */
async function after(turns: number, call: () => Promise<unknown>): Promise<unknown> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  return call()
}

export function describeEndRaces(setup: Setup): void {
  describe('races for the end', () => {
    const use = useLog(setup)

    test('[R2.1][R2.2] of three ends and an append at once, one end wins and no byte comes after it', async () => {
      const winners = new Set<string>()
      await withSeeds(ROUNDS, 'test/contract', async (chance, seed) => {
        const room = await aRoom(use.log, `race-${seed}`)
        const watcher = await room.watch()
        const before = await room.state()
        const owned = await room.asked('alice', 'Why?')
        const at = await room.write(owned, 0, chance.pick(['', 'Bec', '🎉日本']))
        const final = { at, text: chance.pick(['', 'ause', '語🎉']), mark: undefined }
        const ends: EndResult[] = []
        const calls = chance.shuffled<() => Promise<unknown>>([
          () => room.end(owned, 'completed', { final }).then((result) => ends.push(result)),
          () => room.cancel('bob', owned.generationId).then((result) => ends.push(result)),
          () => room.cancel('carol', owned.generationId).then((result) => ends.push(result)),
          () => use.log.appendReply(owned, at, 'late'),
        ])
        // An adapter may need some turns before it asks its storage: vary the delays so that no caller always wins.
        const turns = calls.map(() => chance.below(12))
        await Promise.all(calls.map((call, index) => after(turns[index] ?? 0, call)))
        // An append that won its race moves the storage ahead of `final`: then the owner merely lost its turn, and
        // another caller ended the generation.
        const won = ends.filter((result) => result.ok)
        expect(won).toHaveLength(1)
        const ended = won[0]?.ended
        for (const result of ends)
          if (!result.ok && result.refused === 'ended') expect(result.ended).toEqual(ended)
        const reply = await room.reply(owned.generationId)
        expect(ended?.digest).toBe(digest(reply.text))
        expect(ended?.end).toBe(byteLength(reply.text))
        await watcher.seenSoFar()
        expect(watcher.entries.filter((entry) => entry.type === 'generation-ended')).toEqual([
          ended,
        ])
        for (const [, from, text] of watcher.deltas)
          expect(from + byteLength(text)).toBeLessThanOrEqual(ended?.end ?? 0)
        expect(watcher.foldOver(before)).toEqual(await room.state())
        watcher.stop()
        winners.add(ended?.outcome ?? '')
      })
      // A single seed has one winner; all seeds together have both.
      if (process.env['FUZZ_SEED'] === undefined)
        expect([...winners].toSorted()).toEqual(['cancelled', 'completed'])
    })

    test('[R2.3] concurrent ends, questions and resumptions leave at most one generation running', async () => {
      await withSeeds(20, 'test/contract', async (chance, seed) => {
        const room = await aRoom(use.log, `storm-${seed}`)
        const watcher = await room.watch()
        const before = await room.state()
        let running = await room.asked('alice', 'Why?')
        for (let step = 0; step < 6; step++) {
          const owned = running
          const calls = chance.shuffled<() => Promise<unknown>>([
            () => room.ask('bob', 'How?'),
            () => room.ask('carol', 'Who?'),
            () => room.end(owned, 'completed'),
            () => room.cancel('bob', owned.generationId),
            () => room.resume('carol'),
          ])
          const results = await Promise.allSettled(calls.map((call) => call()))
          expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(1)
          const state = await room.state()
          expect(state.messages.filter((m) => m.kind === 'reply' && m.ended === null)).toHaveLength(
            state.running === null ? 0 : 1,
          )
          const next = results.flatMap((result) =>
            result.status === 'fulfilled' ? (startedIn(result.value) ?? []) : [],
          )
          const last = next.toSorted((one, other) => one.number - other.number).at(-1)
          if (last === undefined || last.number !== state.running) break
          running = last
        }
        await watcher.seenSoFar()
        expect(watcher.foldOver(before)).toEqual(await room.state())
        watcher.stop()
      })
    })
  })
}
