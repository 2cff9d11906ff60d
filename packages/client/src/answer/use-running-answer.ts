// The answer being written in the room, and its times by this screen's clock.
import { computed, type ComputedRef, shallowRef, watch } from 'vue'
import type { Reply } from '@roomcast/shared/protocol'
import { runningReply } from '@roomcast/shared/room'
import { browserClock } from '../browser/clock.ts'
import type { RoomView } from '../room/room-client.ts'
import { type RunningTimes, timesAfter } from './running-times.ts'

export interface RunningAnswer extends Pick<RunningTimes, 'began' | 'grew'> {
  readonly reply: Reply
}

export function useRunningAnswer(view: () => RoomView): ComputedRef<RunningAnswer | null> {
  const reply = computed(() => {
    const { state } = view()
    return (state && runningReply(state)) ?? null
  })
  const times = shallowRef<RunningTimes | null>(null)
  watch(
    view,
    (after, before) => {
      const witnessed = before?.status.kind === 'live'
      const now = browserClock.now()
      if (reply.value) times.value = timesAfter(times.value, reply.value, { now, witnessed })
      // The server could not save anything during the pause, so it does not count as a silence of Claude's.
      const resumed = before?.status.kind === 'paused' && after.status.kind === 'live'
      if (resumed && times.value) times.value = { ...times.value, grew: now }
    },
    { immediate: true, flush: 'sync' },
  )
  return computed(() =>
    reply.value && times.value
      ? { reply: reply.value, began: times.value.began, grew: times.value.grew }
      : null,
  )
}
