// What is pressed around the conversation, and whether it was still there when the press was done. What came instead
// of it is said for a while, above everything that can be pressed, so that nothing moves once more.
import { computed, onScopeDispose, provide, type Ref, ref } from 'vue'
import type { RoomState, Said } from '@roomcast/shared/protocol'
import { browserClock } from '../browser/clock.ts'
import { words } from '../wording/language.ts'
import { type Aim, JUST_MOVED, notePresses, useAim } from './use-aim.ts'
import { usePageVisible } from '../browser/use-page-visible.ts'

/** So long it is said that a press did nothing, ms. */
const SAID_MS = 5000

export interface RoomAims {
  /** At the answer that is being written. */
  readonly answer: Aim
  /** At what stands in the conversation and in the queue, which move when something comes or goes. */
  readonly place: Aim
  /** Why the last press did nothing; null when that was a while ago. */
  readonly missed: Readonly<Ref<string | null>>
}

/** @param running the generation of the answer that is being written; null when there is none */
export function useRoomAims(
  state: () => RoomState | null,
  running: () => string | null,
  waiting: () => readonly Said[],
): RoomAims {
  const visible = usePageVisible()
  const missed = ref<string | null>(null)
  let cancel = (): void => undefined
  const say = (why: string): void => {
    cancel()
    missed.value = why
    cancel = browserClock.after(SAID_MS, () => (missed.value = null))
  }
  const answer = useAim(() => running() ?? '', {
    clock: browserClock,
    visible,
    missed: () => say(words.shell.missed[running() === null ? 'ended' : 'another']),
  })
  const around = computed(() => {
    const now = state()
    const queue = waiting().map(({ messageId }) => messageId)
    return [running(), now?.held === true, now?.messages.at(-1)?.offset, ...queue].join(' ')
  })
  const place = useAim(() => around.value, {
    clock: browserClock,
    visible,
    missed: () => say(words.shell.missed.moved),
    keysHit: true,
  })
  provide(JUST_MOVED, place.fresh)
  const end = notePresses(document, browserClock, [answer, place])
  onScopeDispose(() => {
    end()
    cancel()
  })
  return { answer, place, missed }
}
