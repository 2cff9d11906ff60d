// Posts of this member that the server has not answered yet. Most are answered within a moment, so a post is shown as
// waiting only after that moment, or at once without a connection. Closing the tab then asks for confirmation.
import { computed, type ComputedRef, onScopeDispose, shallowRef, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import type { RoomView } from '../room/room-client.ts'
import { notShownYet } from './not-shown-yet.ts'
import type { Post } from '../room/unsent-posts.ts'

const MOMENT_MS = 500

function isLinked({ status }: RoomView): boolean {
  return status.kind === 'live' || status.kind === 'paused'
}

function idOf({ commandId }: Post): string {
  return commandId
}

export function useUnsentPosts(
  view: () => RoomView,
  kept: () => readonly Post[],
  me: () => string | null,
): ComputedRef<readonly Post[]> {
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
  const overduePosts = computed(() =>
    posts.value.filter(({ commandId }) => !isLinked(view()) || overdue.value.has(commandId)),
  )
  const waiting = computed(() => notShownYet(overduePosts.value, view().state, me()))

  const askBack = (event: BeforeUnloadEvent): void => {
    // A member who was told to reload is not warned about it: the next page sends the saved posts.
    const ids = new Set(view().status.kind === 'refused' ? kept().map(idOf) : [])
    if (overduePosts.value.some((post) => !ids.has(idOf(post)))) event.preventDefault()
  }
  window.addEventListener('beforeunload', askBack)
  onScopeDispose(() => window.removeEventListener('beforeunload', askBack))
  return waiting
}
