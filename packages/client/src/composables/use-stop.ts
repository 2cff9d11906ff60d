// Stopping for everyone: one press is enough, and until the server has answered it is "stopping". Without
// a link nothing can be stopped, and saying otherwise would be a promise.
import { computed, type ComputedRef } from 'vue'
import type { Intent, RoomView } from '../room/room-client.ts'
import type { Answering } from './use-answering.ts'

type CancelIntent = Extract<Intent, { type: 'cancel' }>

export interface Stop {
  readonly stopping: ComputedRef<boolean>
  /** @param reason why, for everyone to read */
  readonly stop: (reason?: string) => void
}

/** @param act sends the command */
export function useStop(
  view: () => RoomView,
  answering: () => Answering | null,
  act: (intent: CancelIntent) => Promise<void>,
): Stop {
  const stopping = computed(() =>
    view().pending.some(
      (command) =>
        command.type === 'cancel' && command.generationId === answering()?.reply.generationId,
    ),
  )
  const stop = (reason = ''): void => {
    const now = answering()
    const offline = view().status.kind === 'offline'
    if (now && !stopping.value && !offline)
      void act({
        type: 'cancel',
        generationId: now.reply.generationId,
        ...(reason === '' ? {} : { reason }),
      })
  }
  return { stopping, stop }
}
