// The waiting questions, and the member whose stop holds them.
import { computed, type ComputedRef } from 'vue'
import type { Reply, RoomState, Said } from '@roomcast/shared/protocol'
import { queuedQuestions } from '@roomcast/shared/room'

export interface Queue {
  readonly waiting: ComputedRef<readonly Said[]>
  /** The member whose stop holds the queue; null if it is not held, empty if that member is unknown. */
  readonly holder: ComputedRef<string | null>
}

export function useQueue(state: () => RoomState | null): Queue {
  const waiting = computed(() => {
    const now = state()
    return now ? queuedQuestions(now) : []
  })
  const holder = computed(() => {
    const now = state()
    if (!now?.held || waiting.value.length === 0) return null
    const last = now.messages.findLast((message): message is Reply => message.kind === 'reply')
    return last?.ended?.by ?? ''
  })
  return { waiting, holder }
}
