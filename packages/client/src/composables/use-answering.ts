// Since when Claude has been answering, and when it last wrote something, by this screen's clock: the clock
// of the server may be minutes away from it.
import { computed, type ComputedRef, shallowRef, watch } from 'vue'
import type { Reply } from '@roomcast/shared/protocol'
import { runningReply } from '@roomcast/shared/room'
import { browserClock } from '../clock.ts'
import type { RoomView } from '../room/room-client.ts'

export interface Answering {
  readonly reply: Reply
  readonly began: number
  /** When text last arrived, or when it began. */
  readonly grew: number
}

type Times = Omit<Answering, 'reply'> & { readonly generationId: string; readonly end: number }

export function useAnswering(view: () => RoomView): ComputedRef<Answering | null> {
  const reply = computed(() => {
    const { state } = view()
    return (state && runningReply(state)) ?? null
  })
  const times = shallowRef<Times | null>(null)
  watch(
    reply,
    (running) => {
      if (running) times.value = timesOf(running, times.value, view().status.kind === 'live')
    },
    { immediate: true, flush: 'sync' },
  )
  return computed(() =>
    reply.value && times.value
      ? { reply: reply.value, began: times.value.began, grew: times.value.grew }
      : null,
  )
}

/** @param live its start was seen as it happened, else the server's word has to do */
function timesOf(reply: Reply, known: Times | null, live: boolean): Times {
  const now = browserClock.now()
  const { generationId, end } = reply
  if (known?.generationId !== generationId) {
    const began = live ? now : Math.min(now, reply.at)
    return { generationId, end, began, grew: live || end > 0 ? now : began }
  }
  return known.end === end ? known : { ...known, end, grew: now }
}
