// Stopping for everyone: one press is enough, and until the server has answered it is "stopping". Without
// a link nothing can be stopped, and saying otherwise would be a promise. A stop is for one answer, the one that was on
// the screen when somebody aimed at it: never for the next.
import { computed, type ComputedRef, type Ref, ref } from 'vue'
import type { Intent, RoomView } from '../room/room-client.ts'
import type { Aim } from '../aim/use-aim.ts'
import type { RunningAnswer } from '../answer/use-running-answer.ts'

type CancelIntent = Extract<Intent, { type: 'cancel' }>

export interface Stop {
  readonly stopping: ComputedRef<boolean>
  /** Stops the answer that is on the screen, if it was there when the press began. */
  readonly stop: () => void
  /** Of which answer it is asked why it is to be stopped; null while nobody asks. */
  readonly asksWhy: Ref<string | null>
  /** Begins to ask, or ends it. */
  readonly ask: (wanted: boolean) => void
  /** The answer that it is asked of has ended. */
  readonly endedMeanwhile: ComputedRef<boolean>
  /** Stops the answer that it was asked of, and no other. @param reason why, for everyone to read */
  readonly stopWith: (reason: string) => void
}

/** @param act sends the command */
export function useStop(
  view: () => RoomView,
  answering: () => RunningAnswer | null,
  aim: Aim,
  act: (intent: CancelIntent) => Promise<void>,
): Stop {
  const now = computed(() => answering()?.reply.generationId ?? null)
  const asksWhy = ref<string | null>(null)
  const stopping = computed(() =>
    view().pending.some(
      (command) => command.type === 'cancel' && command.generationId === now.value,
    ),
  )
  const cancel = (generationId: string, reason: string): void => {
    if (stopping.value || view().status.kind === 'offline') return
    void act({ type: 'cancel', generationId, ...(reason === '' ? {} : { reason }) })
  }
  return {
    stopping,
    asksWhy,
    endedMeanwhile: computed(() => asksWhy.value !== null && asksWhy.value !== now.value),
    stop() {
      if (aim.hits() && now.value !== null) cancel(now.value, '')
    },
    ask(wanted) {
      asksWhy.value = wanted && aim.hits() ? now.value : null
    },
    stopWith(reason) {
      const generationId = asksWhy.value
      asksWhy.value = null
      if (generationId !== null && generationId === now.value) cancel(generationId, reason)
    },
  }
}
