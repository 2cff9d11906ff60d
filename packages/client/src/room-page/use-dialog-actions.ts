// The actions of a room's dialogs. Each does one thing, and throws a refusal for its dialog to show.
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
  /** Changes the settings; for the owner. */
  readonly configure: (changes: Changes) => Promise<void>
  /** Removes a member from the room; with the member's own id, leaves it. */
  readonly remove: (memberId: string) => Promise<void>
  /** Deletes the room for good; for the owner. */
  readonly deleteRoom: () => Promise<void>
  /** Ends all links of the room. */
  readonly endInvites: () => Promise<void>
  /** The address from which the whole transcript can be downloaded. */
  readonly exportUrl: (format: 'markdown' | 'json') => string
  readonly search: SearchRoom
  /** Ids of messages retracted since the page was opened, to be dropped from search results. */
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
    // A room may refuse a member who left before it has acknowledged the leave.
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
