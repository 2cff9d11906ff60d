// Who is in the room: names, who is here now, who is writing.
import { computed, type ComputedRef, type Ref } from 'vue'
import type { Member } from '@roomcast/shared/protocol'
import type { RoomView } from '../room/room-client.ts'
import { typingText } from '../wording/words.ts'

export interface People {
  /** Gives a member's name; the same function as long as the members are the same. */
  readonly name: ComputedRef<(memberId: string) => string>
  /** Which of the avatar colours is a member's: by order of joining, so the same on every screen. */
  readonly tone: ComputedRef<(memberId: string) => number>
  /** Who is here, in the order in which they joined, whoever had to connect anew; null while nobody knows. */
  readonly here: ComputedRef<readonly Member[] | null>
  /** How many watch the live end of the running answer, as far as is known. */
  readonly watching: ComputedRef<number>
  /** Who is typing besides this member, in words. */
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
    // This member at least is here, so nobody at all means that it has not been told yet.
    here: computed(() =>
      presence.value.length === 0
        ? null
        : members.value.filter(({ memberId }) => isHere.value.has(memberId)),
    ),
    watching: computed(() => presence.value.filter(({ look = 'live' }) => look === 'live').length),
    typing: computed(() =>
      // Without a link nobody knows who has stopped typing.
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
