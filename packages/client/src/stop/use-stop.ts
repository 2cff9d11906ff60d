// Stops the answer for everyone. One press is enough, and the page shows "stopping" until the server has acknowledged it.
// Without a connection nothing can be stopped, and the page must not pretend otherwise. A stop applies only to the answer
// that was on the screen when the member aimed, never to the next one.
import { computed, type ComputedRef, type Ref, ref } from 'vue'
import type { Intent, RoomView } from '../room/room-client.ts'
import type { Aim } from '../aim/use-aim.ts'
import type { RunningAnswer } from '../answer/use-running-answer.ts'

type CancelIntent = Extract<Intent, { type: 'cancel' }>

export interface Stop {
  readonly stopping: ComputedRef<boolean>
  /** Stops the answer on the screen, if it was there when the press began. */
  readonly stop: () => void
  /** The answer for which the popover asks the reason of a stop; null while it is closed. */
  readonly asksWhy: Ref<string | null>
  /** Opens or closes that popover. */
  readonly ask: (wanted: boolean) => void
  /** The answer of the open popover has ended. */
  readonly endedMeanwhile: ComputedRef<boolean>
  /** Stops the answer of the popover, and no other. @param reason shown to everyone */
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
