// The room at an address, as its page needs it: the view, the people, the running answer, and the text of the
// connection status.
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

/** The room cannot be shown yet and will open by itself. `why`: a sentence that explains the delay. */
interface WaitingFace {
  readonly why: string
  readonly error?: never
}

/** The read-only part of a room that its components show. */
export interface RoomShown {
  readonly me: Readonly<Ref<string | null>>
  readonly view: () => RoomView
  /** Null until the room has been loaded for the first time. */
  readonly state: ComputedRef<RoomState | null>
  readonly link: ComputedRef<Status['kind']>
  readonly connection: ComputedRef<ConnectionText>
  readonly people: People
  readonly answering: ComputedRef<RunningAnswer | null>
  /** Why the room cannot be shown; null while it is shown or simply opening. */
  readonly face: ComputedRef<Refusal | WaitingFace | null>
  /** The room has refused this client for good: nobody can post here. */
  readonly closed: ComputedRef<boolean>
  readonly title: ComputedRef<string>
  /** This member owns the room. */
  readonly owner: ComputedRef<boolean>
  /** This member may make invites. */
  readonly inviter: ComputedRef<boolean>
  /** The question that Claude is answering; empty if it is not in the window. */
  readonly question: ComputedRef<string>
}

export interface OpenedRoom extends RoomShown {
  readonly room: Room
  /** Starts a session under this name, unless there is one, and reopens the room. */
  readonly reopen: (name: string) => Promise<void>
}

/** @param isWriting whether the member has unsent text */
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
    // Not earlier: `isWriting` works only after the whole page has been set up.
    watch(face, (now) => now?.error?.code === 'unauthenticated' && session.forget(), {
      immediate: true,
    })
    // ignored because: the room works without it, and the connection reports any problem itself.
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
