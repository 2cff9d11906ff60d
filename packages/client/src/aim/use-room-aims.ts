// Checks whether the target of a press in the conversation or the queue was still there when the press completed. If not,
// a notice says for a while what took its place. It stands above everything pressable, so nothing moves again.
import { computed, onScopeDispose, provide, type Ref, ref } from 'vue'
import type { RoomState, Said } from '@roomcast/shared/protocol'
import { browserClock } from '../browser/clock.ts'
import { words } from '../wording/language.ts'
import { type Aim, JUST_MOVED, notePresses, useAim } from './use-aim.ts'
import { usePageVisible } from '../browser/use-page-visible.ts'

/** How long the page says that a press did nothing, ms. */
const SAID_MS = 5000

export interface RoomAims {
  /** Aims at the answer being written. */
  readonly answer: Aim
  /** Aims at the conversation and the queue, whose items move when one appears or disappears. */
  readonly place: Aim
  /** Why the last press did nothing; null after a while. */
  readonly missed: Readonly<Ref<string | null>>
}

/** @param running the generation of the answer being written; null when there is none */
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
