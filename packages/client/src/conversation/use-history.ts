// The messages on the screen. It loads more on demand, in both directions.
import { computed, type ComputedRef, type Ref, ref, shallowRef, watch } from 'vue'
import type {
  Entry,
  Message,
  MessagesPage,
  RoomState,
  UnknownEntry,
} from '@roomcast/shared/protocol'
import type { Api } from '../api/api.ts'
import { errorText } from '../api/api-error.ts'
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
} from './history.ts'

type AnyEntry = Entry | UnknownEntry

/** Messages read at a time. */
const PAGE = 100

export interface ShownHistory {
  readonly messages: ComputedRef<readonly Message[]>
  readonly earlier: ComputedRef<boolean>
  /** The messages shown are apart from the newest ones, which are not shown. */
  readonly detached: ComputedRef<boolean>
  /** Shows older messages; reads a page if they are not loaded. One call at a time. */
  readonly showEarlier: () => Promise<void>
  /** The same in the other direction, while the newest messages are not shown. */
  readonly showLater: () => Promise<void>
  /** Shows the messages around an offset. Returns the offset of the message there, or the nearest one; null on failure. */
  readonly showAround: (offset: number) => Promise<number | null>
  /** Shows the newest messages. */
  readonly showNow: () => void
  /** Applies entries to the messages outside the room's window. */
  readonly amend: (entries: readonly AnyEntry[]) => void
  /** Why the last page could not be read. */
  readonly problem: Readonly<Ref<string | null>>
}

/** @param at offset of the first message in sight; Infinity at the end */
export function useHistory(
  state: () => RoomState | null,
  api: Pick<Api, 'messages'>,
  at: () => number = () => Infinity,
): ShownHistory {
  const history = shallowRef<History | null>(null)
  const problem = ref<string | null>(null)
  /** Each entry up to this offset was received here, or cannot affect any message here. */
  let heard = 0
  /** Counts the snapshots that skipped entries. */
  let gaps = 0
  /** Since the last of them, messages before the window may be out of date. */
  let isUnsure = false
  let isPaging = false
  /** Identifies the jump in progress while its page loads. */
  let goal: object | null = null
  /** The entries received while a page loads, for each page: the page may be older than they are. */
  const meanwhile = new Set<AnyEntry[]>()

  watch(
    state,
    (after, before) => {
      if (after === null) history.value = null
      else if (!before || before.roomId !== after.roomId || history.value === null) begin(after)
      else if (before.epoch !== after.epoch) begin(after)
      else {
        history.value = followHistory(history.value, before, after, at())
        if (after.offset > heard) missed(history.value, after)
      }
    },
    { immediate: true, flush: 'sync' },
  )
  function begin(room: RoomState): void {
    history.value = startHistory(room)
    heard = room.offset
    isUnsure = false
  }
  function missed(now: History, room: RoomState): void {
    heard = room.offset
    gaps += 1
    if (now.older.length === 0) return
    if (at() === Infinity && !now.detached) return begin(room)
    isUnsure = true
    if (goal === null) void readAgain(now, room)
  }

  /** Reads a page. `use` turns it into a history, or returns null if it no longer fits. Returns whether it is shown. */
  async function read(
    of: RoomState,
    place: Parameters<Api['messages']>[1],
    use: (page: MessagesPage, now: History, room: RoomState) => History | null,
  ): Promise<boolean> {
    problem.value = null
    const entries: AnyEntry[] = []
    meanwhile.add(entries)
    try {
      let page: MessagesPage
      let known: number
      do {
        known = gaps
        page = await api.messages(of.roomId, place, PAGE)
      } while (known !== gaps)
      // Meanwhile the room may be gone, or have a new epoch.
      const [now, room] = [history.value, state()]
      const isSame = room?.roomId === of.roomId && room.epoch === of.epoch
      const next = now && isSame ? use(page, now, room) : null
      if (next) history.value = amended(next, entries)
      return next !== null
    } catch (error) {
      problem.value = errorText(error)
      return false
    } finally {
      meanwhile.delete(entries)
    }
  }

  async function readAgain(now: History, room: RoomState): Promise<void> {
    const around = at() === Infinity ? pageAfter(now) : at()
    const isRead = await read(room, { around }, (page, _now, then) =>
      goal === null ? stretchOf(then, page) : null,
    )
    if (isRead) isUnsure = false
  }

  /** Extends the messages shown, one page at a time. */
  async function page(more: (known: History, room: RoomState) => Promise<unknown>): Promise<void> {
    const [room, known] = [state(), history.value]
    if (!room || !known || isPaging) return
    isPaging = true
    await (isUnsure ? readAgain(known, room) : more(known, room))
    isPaging = false
  }

  // A reply that left the window while it was being written has ended by now.
  watch(
    () => history.value?.stale ?? null,
    async (offset) => {
      const room = state()
      if (offset === null || !room) return
      // ignored because: the next page that contains the reply brings its text.
      const page = await api.messages(room.roomId, { around: offset }, 1).catch(() => null)
      const message = page?.messages.find((each) => each.offset === offset)
      const isSame = state()?.epoch === room.epoch
      if (message && history.value && isSame) history.value = withMessage(history.value, message)
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
    showEarlier: () =>
      page(async (known, room) => {
        const further = stepUp(known, room)
        if (further) history.value = further
        else if (known.earlier) {
          const before = pageBefore(known, room)
          await read(room, { before }, (page, now, then) =>
            pageBefore(now, then) === before ? withPage(now, page, at()) : null,
          )
        }
      }),
    showLater: () =>
      page(async (known, room) => {
        if (!known.detached) return
        const after = pageAfter(known)
        await read(room, { after }, (page, now, then) =>
          now.detached && pageAfter(now) === after ? withLaterPage(now, then, page, at()) : null,
        )
      }),
    showAround: async (offset) => {
      const [room, known] = [state(), history.value]
      if (!room || !known) return null
      goal = null
      const isHere = shownMessages(known, room).some((message) => message.offset === offset)
      const here = isHere ? known : fromWindow(known, room, offset)
      if (here) history.value = here
      else {
        const mine = (goal = {})
        const isRead = await read(room, { around: offset }, (page, _now, then) =>
          goal === mine ? stretchOf(then, page) : null,
        )
        if (goal === mine) goal = null
        if (!isRead) return null
        isUnsure = false
      }
      const shown = history.value && shownMessages(history.value, state() ?? room)
      return (
        shown?.find((message) => message.offset >= offset)?.offset ?? shown?.at(-1)?.offset ?? null
      )
    },
    showNow: () => {
      const room = state()
      goal = null
      if (room && history.value?.detached) history.value = startHistory(room)
    },
    amend: (entries) => {
      for (const each of meanwhile) each.push(...entries)
      if (history.value) history.value = amended(history.value, entries)
      const [first, last] = [entries[0], entries.at(-1)]
      if (first && last && first.offset <= heard + 1) heard = Math.max(heard, last.offset)
    },
  }
}
