// What is around the conversation: which of the lazily loaded parts is open, and what the member wants of them.
import type { Models } from '@roomcast/shared/protocol'
import { onMounted, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { RoomAction } from './room-action.ts'
import { type Disclosure, useDisclosure } from '../ui/use-disclosure.ts'
import { useOwnPresence } from '../people/use-own-presence.ts'
import { NOT_WIDE, useMedia } from '../browser/use-media.ts'
import type { Room } from '../opened-room/use-room.ts'
import { useSession } from '../session/use-session.ts'

/** What stands in front of the room: something of its menu, or the question whether to remove a member. */
export type InFront = RoomAction | { readonly remove: string }

export interface OpenPanels {
  /** The list of people is open. Where there is place for it, it is so from the beginning. */
  readonly people: Readonly<Ref<boolean>>
  /** There is no place for it beside the room. */
  readonly notWide: Readonly<Ref<boolean>>
  readonly closePeople: () => void
  readonly peopleButton: Disclosure
  readonly inFront: Readonly<ShallowRef<InFront | null>>
  /** Brings something to the front, or with null nothing. */
  readonly act: (action: InFront | null) => void
  /** What may be asked here; null until it is known. */
  readonly models: Readonly<ShallowRef<Models | null>>
}

/** @param above the reader has left the live end of the conversation */
export function useRoomPanels(room: Room, above: () => boolean): OpenPanels {
  const { api } = useSession()
  const notWide = useMedia(NOT_WIDE)
  const people = ref(!notWide.value)
  const inFront = shallowRef<InFront | null>(null)
  const models = shallowRef<Models | null>(null)
  /** It was open when there was place for it. */
  let wasOpen = true
  watch(notWide, (now) => {
    if (now) wasOpen = people.value
    people.value = !now && wasOpen
  })
  useOwnPresence(room.look, above)
  onMounted(() => {
    api.models().then(
      (answer) => (models.value = answer),
      // ignored because: the room works without it; what is wrong with the server, the link itself says.
      () => null,
    )
  })
  return {
    people,
    notWide,
    closePeople: () => (people.value = false),
    peopleButton: useDisclosure(people),
    inFront,
    act: (action) => (inFront.value = action),
    models,
  }
}
