// A member's action on one message, as components emit it to their parents.
import type { Message, Said } from '@roomcast/shared/protocol'
import type { Intent } from '../room/room-client.ts'

/** These are sent to the room unchanged. */
type MessageIntent = Extract<
  Intent,
  { type: 'retract' | 'retry' | 'continue' | 'withdraw' | 'resume' }
>

export type MessageAct =
  | MessageIntent
  /** Quote a message, or only the passage `selected` in it if that is not empty. */
  | { readonly type: 'quote'; readonly message: Message; readonly selected: string }
  /** Edit one's own message: open its editor, change the text, save it, close the editor. */
  | { readonly type: 'begin-edit'; readonly message: Said }
  | { readonly type: 'edit-text'; readonly text: string }
  | { readonly type: 'save-edit'; readonly message: Said }
  | { readonly type: 'cancel-edit' }
  /** Move a message that has not been sent yet back into the composer. */
  | { readonly type: 'take-back'; readonly commandId: string }
  /** Show the message or reply with this id. */
  | { readonly type: 'jump'; readonly id: string }

/** Whether its author may edit a message. */
export function mayEdit(said: Said): boolean {
  return !said.withdrawn && said.retractedBy === undefined
}
