// The room of an address, as everything on its page needs it: its view, the people, the answer being written, and
// the link in words.
import { computed, type ComputedRef, onMounted, type Ref, watch } from 'vue'
import type { RoomState } from '@roomcast/shared/protocol'
import { mayInvite } from '@roomcast/shared/room'
import type { RoomView } from '../room/room-client.ts'
import type { Status } from '../room/status.ts'
import type { Refusal } from './placeholder-text.ts'
import { words } from '../wording/language.ts'
import type { ConnectionText } from './connection-text.ts'
import { type RunningAnswer, useRunningAnswer } from '../answer/use-running-answer.ts'
import { useConnectionText } from './use-connection-text.ts'
import { type People, usePeople } from '../people/use-people.ts'
import { type Room, useRoom } from './use-room.ts'
import type { Session } from '../session/use-session.ts'

/** There is no room yet, and it goes on by itself. `why`: a sentence about it. */
interface WaitingFace {
  readonly why: string
  readonly error?: never
}

/** What the components of a room are given of it: to be shown, nothing to talk to. */
export interface RoomShown {
  readonly me: Readonly<Ref<string | null>>
  readonly view: () => RoomView
  /** Null until the room has been read for the first time. */
  readonly state: ComputedRef<RoomState | null>
  readonly link: ComputedRef<Status['kind']>
  readonly connection: ComputedRef<ConnectionText>
  readonly people: People
  readonly answering: ComputedRef<RunningAnswer | null>
  /** Why there is no room to show, when it is more than being opened; null while there is one. */
  readonly face: ComputedRef<Refusal | WaitingFace | null>
  /** Final: nothing can be said here. */
  readonly closed: ComputedRef<boolean>
  readonly title: ComputedRef<string>
  /** This member's part in the room. */
  readonly owner: ComputedRef<boolean>
  /** May make invites. */
  readonly inviter: ComputedRef<boolean>
  /** The question that is being answered; empty where it is not known here. */
  readonly question: ComputedRef<string>
}

export interface OpenedRoom extends RoomShown {
  readonly room: Room
  /** Begins anew under this name, unless it is known who the member is. */
  readonly reopen: (name: string) => Promise<void>
}

/** @param isWriting the member has written something that was not sent */
export function useOpenedRoom(
  roomId: () => string,
  session: Session,
  isWriting: () => boolean,
): OpenedRoom {
  const me = computed(() => session.who.value?.memberId ?? null)
  const room = useRoom(roomId, me)
  const view = (): RoomView => room.view.value
  const state = computed(() => view().state)
  const connection = useConnectionText(view, isWriting)
  const self = computed(() => state.value?.members.find(({ memberId }) => memberId === me.value))
  const face = computed(() => {
    const { status } = view()
    if (status.kind === 'refused')
      return { error: status.error, known: state.value !== null, gone: self.value?.gone }
    const why = connection.value.sentence
    return state.value === null && why !== null ? { why } : null
  })
  const title = computed(() =>
    state.value ? state.value.title || words.shell.untitled : words.shell.room,
  )
  const answering = useRunningAnswer(view)
  onMounted(() => {
    // Not before: what is being written is known only when all of the page has been set up.
    watch(face, (now) => now?.error?.code === 'unauthenticated' && session.forget(), {
      immediate: true,
    })
    // ignored because: without it the room works; what is wrong, the link itself says.
    session.load().catch(() => null)
  })
  return {
    room,
    me,
    view,
    state,
    link: computed(() => view().status.kind),
    connection,
    people: usePeople(view, me),
    answering,
    face,
    closed: computed(() => view().status.kind === 'refused'),
    title,
    owner: computed(() => self.value?.role === 'owner'),
    inviter: computed(() => state.value !== null && mayInvite(state.value, me.value ?? '')),
    question: computed(() => {
      const asked = answering.value?.reply.messageId
      const said = state.value?.messages.find(
        (message) => message.kind === 'said' && message.messageId === asked,
      )
      return said?.text ?? ''
    }),
    reopen: async (name) => {
      await session.start(name)
      room.reopen()
    },
  }
}
