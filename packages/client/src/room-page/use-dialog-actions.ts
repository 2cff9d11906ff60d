// What the dialogs of a room can have done: each does one thing, and throws what was refused for its dialog to say.
import type { CommandOf } from '@roomcast/shared/protocol'
import type { Ref } from 'vue'
import { ApiError } from '../api/api-error.ts'
import type { Intent } from '../room/room-client.ts'
import type { LinkMaker } from '../invites/use-link-offer.ts'
import type { Room } from '../opened-room/use-room.ts'
import type { SearchRoom } from '../search/use-search.ts'
import { useSession } from '../session/use-session.ts'

export type Changes = Pick<
  CommandOf<'configure'>,
  'title' | 'model' | 'instructions' | 'inviters' | 'thinking'
>

export interface DialogActions extends LinkMaker {
  /** For its owner. */
  readonly configure: (changes: Changes) => Promise<void>
  /** Takes a member out of the room, or the member itself leaves. */
  readonly remove: (memberId: string) => Promise<void>
  /** Removes the room for good; for its owner. */
  readonly deleteRoom: () => Promise<void>
  /** Ends all links of the room. */
  readonly endInvites: () => Promise<void>
  /** Where the whole transcript can be saved from. */
  readonly exportUrl: (format: 'markdown' | 'json') => string
  readonly search: SearchRoom
  /** Messages that were taken back since the page was opened, by id: what was found of them is no more. */
  readonly retracted: Readonly<Ref<ReadonlySet<string>>>
}

export function useDialogActions(
  { send, me }: Room,
  roomId: () => string,
  retracted: DialogActions['retracted'],
): DialogActions {
  const { api } = useSession()
  const command = async (intent: Intent): Promise<void> => {
    const result = await send(intent)
    if (result.ok) return
    // The room may have closed itself to who has left before it says that they have.
    const left =
      intent.type === 'remove' && intent.memberId === me.value && result.error.code === 'removed'
    if (!left) throw new ApiError(result.error)
  }
  return {
    configure: (changes) => command({ type: 'configure', ...changes }),
    remove: (memberId) => command({ type: 'remove', memberId }),
    deleteRoom: () => api.deleteRoom(roomId()),
    makeInvite: () => api.makeInvite(roomId()),
    endInvites: () => api.endInvites(roomId()),
    personalLink: () => api.personalLink(),
    exportUrl: (format) => api.exportUrl(roomId(), format),
    search: (words, before) => api.search(roomId(), words, before),
    retracted,
  }
}
