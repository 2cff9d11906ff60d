// The parts around the conversation: which of the lazily loaded ones are open, and the member's actions on them.
import type { Models } from '@roomcast/shared/protocol'
import { onMounted, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { RoomAction } from './room-action.ts'
import { type Disclosure, useDisclosure } from '../ui/use-disclosure.ts'
import { useOwnPresence } from '../people/use-own-presence.ts'
import { NOT_WIDE, useMedia } from '../browser/use-media.ts'
import type { Room } from '../opened-room/use-room.ts'
import { useSession } from '../session/use-session.ts'

/** The dialog in front of the room: one from its menu, or the confirmation for removing a member. */
export type InFront = RoomAction | { readonly remove: string }

export interface OpenPanels {
  /** Whether the list of people is open. On a wide screen it is open from the start. */
  readonly people: Readonly<Ref<boolean>>
  /** The screen is too narrow to show the list beside the room. */
  readonly notWide: Readonly<Ref<boolean>>
  readonly closePeople: () => void
  readonly peopleButton: Disclosure
  readonly inFront: Readonly<ShallowRef<InFront | null>>
  /** Opens a dialog; null closes it. */
  readonly act: (action: InFront | null) => void
  /** The models available here; null until they are known. */
  readonly models: Readonly<ShallowRef<Models | null>>
}

/** @param above the reader has left the live end of the conversation */
export function useRoomPanels(room: Room, above: () => boolean): OpenPanels {
  const { api } = useSession()
  const notWide = useMedia(NOT_WIDE)
  const people = ref(!notWide.value)
  const inFront = shallowRef<InFront | null>(null)
  const models = shallowRef<Models | null>(null)
  /** Whether the list was open when the screen was last wide. */
  let wasOpen = true
  watch(notWide, (now) => {
    if (now) wasOpen = people.value
    people.value = !now && wasOpen
  })
  useOwnPresence(room.look, above)
  onMounted(() => {
    api.models().then(
      (answer) => (models.value = answer),
      // ignored because: the room works without it, and the connection reports any problem itself.
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
