// What a member asks for with one message, as the parts of the page tell it upwards.
import type { Message, Said } from '@roomcast/shared/protocol'
import type { Intent } from '../room/room-client.ts'

/** Sent to the room as they are. */
type MessageIntent = Extract<
  Intent,
  { type: 'retract' | 'retry' | 'continue' | 'withdraw' | 'resume' }
>

export type MessageAct =
  | MessageIntent
  /** Answer to a message, or to the passage `selected` in it; empty for none. */
  | { readonly type: 'quote'; readonly message: Message; readonly selected: string }
  /** Change the own message: opens its editor. Then: its text, saving it, and closing the editor. */
  | { readonly type: 'begin-edit'; readonly message: Said }
  | { readonly type: 'edit-text'; readonly text: string }
  | { readonly type: 'save-edit'; readonly message: Said }
  | { readonly type: 'cancel-edit' }
  /** A message that has not left yet goes back into the composer. */
  | { readonly type: 'take-back'; readonly commandId: string }
  /** Show the message or reply with this id. */
  | { readonly type: 'jump'; readonly id: string }

/** Whether its author may give a message another text. */
export function mayEdit(said: Said): boolean {
  return !said.withdrawn && said.retractedBy === undefined
}
