// Messages of this member that the server has not answered yet. Most are answered within a moment, so they
// are shown as waiting only after one, or at once while there is no link.
import { computed, type ComputedRef, shallowRef, watch } from 'vue'
import type { CommandOf } from '@roomcast/shared/protocol'
import { browserClock } from '../clock.ts'
import type { RoomView } from '../room/room-client.ts'

const MOMENT_MS = 500

export type Post = CommandOf<'post'>

export function useWaitingPosts(view: () => RoomView): ComputedRef<readonly Post[]> {
  const overdue = shallowRef<ReadonlySet<string>>(new Set())
  const posts = computed(() =>
    view().pending.filter((command): command is Post => command.type === 'post'),
  )
  watch(posts, (now, before = []) => {
    overdue.value = new Set(
      now.map(({ commandId }) => commandId).filter((id) => overdue.value.has(id)),
    )
    for (const { commandId } of now.filter((post) => !before.includes(post)))
      browserClock.after(MOMENT_MS, () => (overdue.value = new Set([...overdue.value, commandId])))
  })
  return computed(() =>
    posts.value.filter(
      ({ commandId }) => view().status.kind !== 'live' || overdue.value.has(commandId),
    ),
  )
}
