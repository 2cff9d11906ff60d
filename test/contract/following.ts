// Followers get everything, in order, from the moment they follow to the moment they stop.
import { describe, expect, test } from 'vitest'
import type { Started } from '@roomcast/server/judge/room-log.ts'
import type { RoomState } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import { type Setup, useLog } from './log-under-test.ts'
import { type Chance, withSeeds } from '../doubles/chance.ts'
import { aRoom, startedBy, type TestRoom } from '../doubles/room.ts'
import { isDelta, type Watcher } from '../doubles/watcher.ts'

const TEXTS = ['Because', ' of ', '🎉👩‍👩‍👧‍👦', '日本語', 'שלום', '\r\n\u0000', 'e\u0301'] as const

/** A stretch of a room's life: questions, text, thinking, ends of all kinds, stops, talk. */
async function live(room: TestRoom, chance: Chance, between: () => Promise<void>): Promise<void> {
  let running: Started | null = null
  let end = 0
  let held = false
  for (let step = 0; step < 30; step++) {
    await between()
    const choice = chance.below(10)
    if (choice === 0) await room.say(chance.pick(['alice', 'bob', 'carol']), chance.pick(TEXTS))
    else if (running === null) {
      const written = held ? await room.resume('bob') : await room.ask('bob', 'Why?')
      running = written.started
      held = false
      end = 0
    } else if (choice === 1) {
      if ((await room.state()).queue.length < 4) await room.ask('carol', 'And?')
    } else if (choice === 2) {
      const result = await room.cancel('alice', running.generationId)
      running = null
      held = result.ok && result.ended.held
    } else if (choice === 3) {
      const final = { at: end, text: chance.pick(TEXTS), mark: undefined }
      const outcome = chance.pick(['completed', 'failed', 'interrupted'] as const)
      const result = await room.end(running, outcome, { final })
      running = result.ok ? result.started : null
      end = 0
    } else if (choice === 4) {
      await room.write(running, end, { text: '', mark: 'thinking' })
    } else {
      const text = chance.pick(TEXTS)
      const mark = chance.pick(['thinking', 'text', 'text'] as const)
      end = await room.write(running, end, { text, mark })
    }
  }
}

export function describeFollowing(setup: Setup): void {
  describe('following', () => {
    const use = useLog(setup)

    test('[R1] followers get every entry and byte once in order, ends after all their bytes', async () => {
      await withSeeds(8, 'test/contract', async (chance, seed) => {
        const room = await aRoom(use.log, `order-${seed}`)
        const watcher = await room.watch()
        await live(room, chance, () => Promise.resolve())
        await watcher.seenSoFar()
        let offset = 4
        let end = 0
        for (const update of watcher.updates) {
          if (isDelta(update)) {
            expect(update[1]).toBe(end)
            end += byteLength(update[2])
            continue
          }
          for (const entry of update.type === 'entries' ? update.entries : []) {
            expect(entry.offset).toBe((offset += 1))
            if (entry.type === 'generation-ended') expect(entry).toMatchObject({ end })
            if (entry.type === 'generation-started') end = 0
          }
        }
        watcher.stop()
      })
    })

    test('two followers get the same updates', async () => {
      await withSeeds(4, 'test/contract', async (chance, seed) => {
        const room = await aRoom(use.log, `pair-${seed}`)
        const [one, other] = [await room.watch(), await room.watch()]
        await live(room, chance, () => Promise.resolve())
        const seen = await one.seenSoFar()
        await other.seenSoFar()
        expect(other.updates.slice(0, seen.length)).toEqual(seen)
        expect(seen.length).toBeGreaterThan(10)
        one.stop()
        other.stop()
      })
    })

    test('[R1.6] a client that follows and then reads misses nothing, whenever it joins', async () => {
      await withSeeds(8, 'test/contract', async (chance, seed) => {
        const room = await aRoom(use.log, `late-${seed}`)
        const joined: { watcher: Watcher; state: RoomState }[] = []
        const join = async () => {
          const watcher = await room.watch()
          // An entry may be written between the follow and the read: the fold applies it once, however often it
          // arrives.
          if (chance.below(2) === 0) await room.say('bob', 'in between')
          joined.push({ watcher, state: await room.state() })
        }
        await join()
        await live(room, chance, () => (chance.below(5) === 0 ? join() : Promise.resolve()))
        await join()
        const last = joined.at(-1)?.watcher
        for (const { watcher } of joined) await watcher.seenSoFar()
        await last?.seenSoFar()
        const truth = await room.state()
        for (const { watcher, state } of joined) {
          await watcher.sees(
            (update) =>
              !isDelta(update) &&
              update.type === 'entries' &&
              update.entries.at(-1)?.offset === truth.offset,
          )
          expect(watcher.foldOver(state)).toEqual(truth)
          watcher.stop()
        }
        expect(joined.length).toBeGreaterThan(2)
      })
    })

    test('[R1.8] a follower that reads on an update finds that update stored', async () => {
      const room = await aRoom(use.log)
      const found: Promise<boolean>[] = []
      await use.log.follow('room', (update) => {
        if (!isDelta(update) && update.type !== 'entries') return
        found.push(
          use.log
            .read('room')
            .then(({ entries, runs }) =>
              isDelta(update)
                ? runs.some((run) =>
                    Buffer.from(run.text).subarray(update[1]).toString().startsWith(update[2]),
                  )
                : update.entries.every(({ offset }) =>
                    entries.some((entry) => entry.offset === offset),
                  ),
            ),
        )
      })
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Because ')
      await room.write(owned, 8, 'of this.')
      await room.end(owned, 'completed')
      await room.say('bob', 'I see.')
      const watcher = await room.watch()
      await room.say('bob', 'Thanks.')
      await watcher.seenSoFar()
      expect(found.length).toBeGreaterThanOrEqual(6)
      expect(await Promise.all(found)).toEqual(found.map(() => true))
    })

    test('a follower that has stopped gets nothing more', async () => {
      const room = await aRoom(use.log)
      const [leaving, staying] = [await room.watch(), await room.watch()]
      await room.say('bob', 'Hello')
      await leaving.seenSoFar()
      leaving.stop()
      leaving.stop()
      const before = [...leaving.updates]
      await room.write(await room.asked('alice', 'Why?'), 0, 'Because')
      await staying.seenSoFar()
      expect(leaving.updates).toEqual(before)
    })

    test('a follower gets nothing that was written before it followed', async () => {
      const room = await aRoom(use.log)
      await room.write(await room.asked('alice', 'Why?'), 0, 'Because')
      const watcher = await room.watch()
      expect(await watcher.seenSoFar()).toEqual([])
    })

    test('a follower that throws harms neither the writer nor the others', async () => {
      const room = await aRoom(use.log)
      await use.log.follow('room', () => {
        throw new Error('a follower fails')
      })
      const watcher = await room.watch()
      await room.say('bob', 'Hello')
      await watcher.seenSoFar()
      expect(watcher.entries[0]).toMatchObject({ type: 'message-posted', text: 'Hello' })
    })

    test('a follower may write from its callback', async () => {
      const room = await aRoom(use.log)
      const answers: Promise<unknown>[] = []
      await use.log.follow('room', (update) => {
        if (!isDelta(update) && answers.length === 0) answers.push(room.say('carol', 'Me too'))
      })
      const watcher = await room.watch()
      await room.say('bob', 'Hello')
      await Promise.all(answers)
      await watcher.seenSoFar()
      const offsets = watcher.entries.map((entry) => entry.offset)
      expect(offsets).toEqual(offsets.map((_, index) => index + 5))
      expect(answers).toHaveLength(1)
    })

    test('the head of a queue starts in the same update as the end before it', async () => {
      const room = await aRoom(use.log)
      const started = startedBy(await room.ask('alice', 'Why?'))
      await room.queued('bob', 'How?')
      const watcher = await room.watch()
      const result = await room.end(started, 'completed')
      const seen = await watcher.seenSoFar()
      expect(seen).toMatchObject([{ type: 'entries', entries: result.ok ? result.entries : [] }])
    })
  })
}
