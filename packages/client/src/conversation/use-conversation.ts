// The state of the conversation on this screen: the messages shown, the place of the reader, the unread messages, and the
// message named by the address.
import {
  computed,
  type ComputedRef,
  nextTick,
  type Ref,
  ref,
  type ShallowRef,
  shallowRef,
  watch,
} from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { words } from '../wording/language.ts'
import { offsetIn } from '../message/message-link.ts'
import type { OpenedRoom } from '../opened-room/use-opened-room.ts'
import type { Session } from '../session/use-session.ts'
import { type ShownHistory, useHistory } from './use-history.ts'
import { type UnreadMarker, useUnread } from '../unread/use-unread.ts'

/** The place of a reader. `at`: offset of the first message in sight; Infinity at the end. */
export interface Reading {
  readonly following: boolean
  readonly at: number
  /** The mark above the first unread message is in sight. */
  readonly newsInSight: boolean
}

const AT_END: Reading = { following: true, at: Infinity, newsInSight: false }

export interface Conversation
  extends Omit<ShownHistory, 'amend' | 'showAround' | 'showNow'>, Pick<UnreadMarker, 'unread'> {
  /** The message to scroll to and mark; a new object each time. */
  readonly target: Readonly<ShallowRef<{ readonly offset: number } | null>>
  /** Counts the requests to go to the end. */
  readonly calledBack: Readonly<Ref<number>>
  /** Reports a new place of the reader. */
  readonly reads: (reading: Reading) => void
  /** Goes back to the newest messages. */
  readonly toNow: () => void
  /** Goes to a message by its offset, and puts it into the address. */
  readonly goTo: (offset: number) => void
  /** Goes to the message or reply with this id, if it is loaded. */
  readonly goToId: (id: string) => void
  /** Call it when this member has sent a message. */
  readonly sent: () => void
  /** Ids of the messages retracted since the page was opened. */
  readonly retracted: Readonly<ShallowRef<ReadonlySet<string>>>
  /** Whether the newest messages are out of sight. */
  readonly above: ComputedRef<boolean>
}

export function useConversation(opened: OpenedRoom, { api }: Session): Conversation {
  const { room, state, link, me } = opened
  const route = useRoute()
  const router = useRouter()
  const reading = shallowRef(AT_END)
  const target = shallowRef<{ readonly offset: number } | null>(null)
  const calledBack = ref(0)
  const lost = ref<string | null>(null)

  const history = useHistory(
    () => state.value,
    api,
    () => reading.value.at,
  )
  const retracted = shallowRef<ReadonlySet<string>>(new Set())
  room.onEntries((entries) => {
    history.amend(entries)
    const gone = entries.flatMap((entry) =>
      entry.type === 'message-retracted' && 'messageId' in entry ? entry.messageId : [],
    )
    if (gone.length > 0) retracted.value = new Set([...retracted.value, ...gone])
  })
  const above = computed(() => !reading.value.following || history.detached.value)
  const { unread, read } = useUnread({
    state: () => state.value,
    link: () => link.value,
    me,
    atEnd: () => !above.value,
    newsInSight: () => reading.value.newsInSight,
  })

  const show = async (offset: number): Promise<void> => {
    const shown = await history.showAround(offset)
    if (named.value !== offset) return
    if (shown === null) lost.value = words.log.notHere
    else target.value = { offset: shown }
  }
  const end = async (): Promise<void> => {
    target.value = null
    lost.value = null
    reading.value = AT_END
    history.showNow()
    await nextTick()
    calledBack.value += 1
  }

  const named = computed(() => offsetIn(route.query['at']))
  const isHere = computed(() => state.value !== null)
  watch(
    [named, isHere] as const,
    ([offset, here], [before] = [null, false]) => {
      lost.value = null
      if (!here) return
      if (offset !== null) void show(offset)
      else if (before !== null && before !== undefined) void end()
    },
    { immediate: true },
  )

  const toNow = (): void => {
    if (named.value === null) void end()
    else void router.push({ query: { ...route.query, at: undefined } })
  }
  const goTo = (offset: number): void => {
    if (named.value === offset) void show(offset)
    else void router.push({ query: { ...route.query, at: String(offset) } })
  }
  return {
    ...history,
    problem: computed(() => history.problem.value ?? lost.value),
    unread,
    target,
    calledBack,
    above,
    retracted,
    reads: (now) => (reading.value = now),
    toNow,
    goTo,
    goToId: (id) => {
      const message = [...history.messages.value, ...(state.value?.messages ?? [])].find(
        (each) => id === (each.kind === 'said' ? each.messageId : each.generationId),
      )
      if (message) goTo(message.offset)
    },
    sent: () => {
      read()
      toNow()
    },
  }
}
