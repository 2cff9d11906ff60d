// The messages on the screen, and more of them on demand.
import { computed, type ComputedRef, type Ref, ref, shallowRef, watch } from 'vue'
import type { Message, RoomState } from '@roomcast/shared/protocol'
import { type Api, errorText } from '../api.ts'
import {
  followHistory,
  hasEarlier,
  type History,
  pageBefore,
  shownMessages,
  startHistory,
  STEP,
  stepUp,
  withPage,
} from '../room/history.ts'

export interface ShownHistory {
  readonly messages: ComputedRef<readonly Message[]>
  readonly earlier: ComputedRef<boolean>
  /** Shows older messages; reads a page if they are not here. One at a time. */
  readonly showEarlier: () => Promise<void>
  /** Why the last page could not be read. */
  readonly problem: Readonly<Ref<string | null>>
}

export function useHistory(state: () => RoomState | null, api: Api): ShownHistory {
  const history = shallowRef<History | null>(null)
  const problem = ref<string | null>(null)
  let reading = false

  watch(
    state,
    (after, before) => {
      if (after === null) history.value = null
      else if (!before || before.roomId !== after.roomId || history.value === null)
        history.value = startHistory(after)
      else history.value = followHistory(history.value, before, after)
    },
    { immediate: true, flush: 'sync' },
  )

  const readPage = async (of: RoomState, known: History): Promise<void> => {
    if (reading) return
    reading = true
    problem.value = null
    try {
      const page = await api.messages(of.roomId, pageBefore(known, of), STEP)
      // Meanwhile the room may have been read anew; then this page does not connect any more.
      const [now, room] = [history.value, state()]
      if (now && room && pageBefore(now, room) === pageBefore(known, of))
        history.value = withPage(now, page)
    } catch (error) {
      problem.value = errorText(error)
    } finally {
      reading = false
    }
  }

  return {
    messages: computed(() => {
      const now = state()
      return now && history.value ? shownMessages(history.value, now) : []
    }),
    earlier: computed(() => {
      const now = state()
      return now !== null && history.value !== null && hasEarlier(history.value, now)
    }),
    problem,
    showEarlier: async () => {
      const [now, known] = [state(), history.value]
      if (!now || !known) return
      const further = stepUp(known, now)
      if (further) history.value = further
      else if (known.earlier) await readPage(now, known)
    },
  }
}
