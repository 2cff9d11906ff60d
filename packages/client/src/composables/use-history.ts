// The messages on the screen, and more of them on demand, in both directions.
import { computed, type ComputedRef, type Ref, ref, shallowRef, watch } from 'vue'
import type {
  Entry,
  Message,
  MessagesPage,
  RoomState,
  UnknownEntry,
} from '@roomcast/shared/protocol'
import { type Api, errorText } from '../api.ts'
import {
  amended,
  followHistory,
  fromWindow,
  hasEarlier,
  type History,
  pageAfter,
  pageBefore,
  shownMessages,
  startHistory,
  stepUp,
  stretchOf,
  withLaterPage,
  withMessage,
  withPage,
} from '../room/history.ts'

/** Messages read at a time. */
const PAGE = 100

export interface ShownHistory {
  readonly messages: ComputedRef<readonly Message[]>
  readonly earlier: ComputedRef<boolean>
  /** What is shown lies apart from the newest messages, which are not shown. */
  readonly detached: ComputedRef<boolean>
  /** Shows older messages; reads a page if they are not here. One at a time. */
  readonly showEarlier: () => Promise<void>
  /** The same in the other direction, where the newest are not shown. */
  readonly showLater: () => Promise<void>
  /** Shows the messages around an offset. Gives the offset of the message there, or the nearest; null if it could not. */
  readonly showAround: (offset: number) => Promise<number | null>
  /** Shows the newest messages. */
  readonly showNow: () => void
  /** Takes over what entries say about messages that are not in the room's window. */
  readonly amend: (entries: readonly (Entry | UnknownEntry)[]) => void
  /** Why the last page could not be read. */
  readonly problem: Readonly<Ref<string | null>>
}

/** @param at offset of what the reader sees; Infinity at the end */
export function useHistory(
  state: () => RoomState | null,
  api: Api,
  at: () => number = () => Infinity,
): ShownHistory {
  const history = shallowRef<History | null>(null)
  const problem = ref<string | null>(null)
  let reading = false

  watch(
    state,
    (after, before) => {
      if (after === null) history.value = null
      else if (!before || before.roomId !== after.roomId || history.value === null)
        history.value = startHistory(after)
      else history.value = followHistory(history.value, before, after, at())
    },
    { immediate: true, flush: 'sync' },
  )

  /** Reads a page; `use` makes a history of it, or null when it does not fit any more. */
  const read = async (
    of: RoomState,
    place: Parameters<Api['messages']>[1],
    use: (page: MessagesPage, now: History, room: RoomState) => History | null,
  ): Promise<void> => {
    if (reading) return
    reading = true
    problem.value = null
    try {
      const page = await api.messages(of.roomId, place, PAGE)
      // Meanwhile the room may have been read anew.
      const [now, room] = [history.value, state()]
      if (now && room?.roomId === of.roomId && room.epoch === of.epoch)
        history.value = use(page, now, room) ?? now
    } catch (error) {
      problem.value = errorText(error)
    } finally {
      reading = false
    }
  }

  // A reply that left the window while it was being written has ended since.
  watch(
    () => history.value?.stale ?? null,
    async (offset) => {
      const room = state()
      if (offset === null || !room) return
      // ignored because: it is read again with the next page that holds it.
      const page = await api.messages(room.roomId, { around: offset }, 1).catch(() => null)
      const message = page?.messages.find((each) => each.offset === offset)
      if (message && history.value) history.value = withMessage(history.value, message)
    },
  )

  return {
    messages: computed(() => {
      const now = state()
      return now && history.value ? shownMessages(history.value, now) : []
    }),
    earlier: computed(() => {
      const now = state()
      return now !== null && history.value !== null && hasEarlier(history.value, now)
    }),
    detached: computed(() => history.value?.detached ?? false),
    problem,
    showEarlier: async () => {
      const [room, known] = [state(), history.value]
      if (!room || !known) return
      const further = stepUp(known, room)
      if (further) history.value = further
      else if (known.earlier) {
        const before = pageBefore(known, room)
        await read(room, { before }, (page, now, after) =>
          pageBefore(now, after) === before ? withPage(now, page, at()) : null,
        )
      }
    },
    showLater: async () => {
      const [room, known] = [state(), history.value]
      if (!room || !known?.detached) return
      const after = pageAfter(known)
      await read(room, { after }, (page, now, then) =>
        now.detached && pageAfter(now) === after ? withLaterPage(now, then, page, at()) : null,
      )
    },
    showAround: async (offset) => {
      const [room, known] = [state(), history.value]
      if (!room || !known) return null
      const isHere = shownMessages(known, room).some((message) => message.offset === offset)
      const here = isHere ? known : fromWindow(known, room, offset)
      if (here) history.value = here
      else await read(room, { around: offset }, (page, _now, then) => stretchOf(then, page))
      const shown = history.value && shownMessages(history.value, state() ?? room)
      return (
        shown?.find((message) => message.offset >= offset)?.offset ?? shown?.at(-1)?.offset ?? null
      )
    },
    showNow: () => {
      const room = state()
      if (room && history.value?.detached) history.value = startHistory(room)
    },
    amend: (entries) => {
      if (history.value) history.value = amended(history.value, entries)
    },
  }
}
