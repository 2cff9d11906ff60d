// The room of an address, as everything on its page needs it: its view, the people, the answer being written, and
// the link in words.
import { computed, type ComputedRef, onMounted, type Ref, watch } from 'vue'
import type { RoomState } from '@roomcast/shared/protocol'
import type { RoomView } from '../room/room-client.ts'
import type { Status } from '../room/status.ts'
import { type Face, refusedFace } from '../wording/face.ts'
import type { StatusText } from '../wording/status-text.ts'
import { type Answering, useAnswering } from './use-answering.ts'
import { useLinkText } from './use-link-text.ts'
import { type People, usePeople } from './use-people.ts'
import { type Room, useRoom } from './use-room.ts'
import type { Session } from './use-session.ts'

export interface OpenedRoom {
  readonly room: Room
  readonly me: Readonly<Ref<string | null>>
  readonly view: () => RoomView
  /** Null until the room has been read for the first time. */
  readonly state: ComputedRef<RoomState | null>
  readonly link: ComputedRef<Status['kind']>
  readonly linkText: ComputedRef<StatusText>
  readonly people: People
  readonly answering: ComputedRef<Answering | null>
  /** Why the room does not let this client in; null while it does. */
  readonly face: ComputedRef<Face | null>
  readonly title: ComputedRef<string>
  /** Begins anew, after the member has said who they are. */
  readonly reopen: () => Promise<void>
}

export function useOpenedRoom(roomId: () => string, session: Session): OpenedRoom {
  const me = computed(() => session.who.value?.memberId ?? null)
  const room = useRoom(roomId, me)
  const view = (): RoomView => room.view.value
  const state = computed(() => view().state)
  const face = computed(() => {
    const { status } = view()
    return status.kind === 'refused' ? refusedFace(status.error) : null
  })
  const title = computed(() => (state.value ? state.value.title || 'Untitled room' : 'Room'))
  watch(face, (now) => now?.action === 'name' && session.forget())
  watch(title, (now) => (document.title = `${now} · Roomcast`), { immediate: true })
  // ignored because: without it the room works; what is wrong, the link itself says.
  onMounted(() => session.load().catch(() => null))
  return {
    room,
    me,
    view,
    state,
    link: computed(() => view().status.kind),
    linkText: useLinkText(view),
    people: usePeople(view, me),
    answering: useAnswering(view),
    face,
    title,
    reopen: async () => {
      await session.load()
      room.reopen()
    },
  }
}
