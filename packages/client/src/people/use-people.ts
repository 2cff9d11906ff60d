// The people in the room: their names, who is present, who is typing.
import { computed, type ComputedRef, type Ref } from 'vue'
import type { Member } from '@roomcast/shared/protocol'
import type { RoomView } from '../room/room-client.ts'
import { typingText } from '../wording/words.ts'

export interface People {
  /** Returns a member's name; the function changes only when the members do. */
  readonly name: ComputedRef<(memberId: string) => string>
  /** The index of a member's avatar colour, by order of joining, so that it is the same on every screen. */
  readonly tone: ComputedRef<(memberId: string) => number>
  /** The members present, in order of joining, so that a reconnect does not move anyone; null while unknown. */
  readonly here: ComputedRef<readonly Member[] | null>
  /** How many members watch the live end of the running answer; members with an unknown look count. */
  readonly watching: ComputedRef<number>
  /** A sentence that says who else is typing. */
  readonly typing: ComputedRef<string>
}

/** Colours in `styles/parts.css`. */
const TONES = 6
const NOBODY: readonly Member[] = []

export function usePeople(view: () => RoomView, me: Readonly<Ref<string | null>>): People {
  const members = computed(() => view().state?.members ?? NOBODY)
  const presence = computed(() => view().presence)
  const byId = computed(() => new Map(members.value.map((member) => [member.memberId, member])))
  const isHere = computed(() => new Set(presence.value.map(({ memberId }) => memberId)))
  const name = computed(() => {
    const known = byId.value
    return (memberId: string) => known.get(memberId)?.name ?? 'someone'
  })
  const tone = computed(() => {
    const order = new Map(members.value.map(({ memberId }, index) => [memberId, index]))
    return (memberId: string) => (order.get(memberId) ?? 0) % TONES
  })
  return {
    name,
    tone,
    // This member is present, so an empty list means that no presence has arrived yet.
    here: computed(() =>
      presence.value.length === 0
        ? null
        : members.value.filter(({ memberId }) => isHere.value.has(memberId)),
    ),
    watching: computed(() => presence.value.filter(({ look = 'live' }) => look === 'live').length),
    typing: computed(() =>
      // Without a connection this page cannot know who has stopped typing.
      view().status.kind !== 'live'
        ? ''
        : typingText(
            presence.value
              .filter(({ memberId, typing }) => typing && memberId !== me.value)
              .map(({ memberId }) => name.value(memberId)),
          ),
    ),
  }
}
