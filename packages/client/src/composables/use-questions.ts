// The questions that wait, and whether they wait for somebody to resume.
import { computed, type ComputedRef } from 'vue'
import type { RoomState, Said } from '@roomcast/shared/protocol'
import { queuedQuestions } from '@roomcast/shared/room'

export interface Questions {
  readonly waiting: ComputedRef<readonly Said[]>
  readonly held: ComputedRef<boolean>
}

export function useQuestions(state: () => RoomState | null): Questions {
  const waiting = computed(() => {
    const now = state()
    return now ? queuedQuestions(now) : []
  })
  return { waiting, held: computed(() => state()?.held === true && waiting.value.length > 0) }
}
