// What a member wants to do by talking, as the parts of the page tell it upwards.
import type { Message, Said } from '@roomcast/shared/protocol'
import type { Draft } from '../composables/draft.ts'

export type TalkAct =
  /** What is being written; and with it: that its text was changed by hand, and sending it. */
  | { readonly kind: 'draft'; readonly draft: Draft }
  | { readonly kind: 'typing' }
  | { readonly kind: 'send' }
  /** A message that has not left yet goes back into the composer. */
  | { readonly kind: 'take-back'; readonly commandId: string }
  /** Answer to a message, or to the passage `selected` in it; empty for none. */
  | { readonly kind: 'quote'; readonly message: Message; readonly selected: string }
  /** Change the own message: opens the editor; `edit-last` that of the last one. Then: its text, saving it, and not. */
  | { readonly kind: 'edit'; readonly message: Said }
  | { readonly kind: 'edit-last' }
  | { readonly kind: 'edit-text'; readonly text: string }
  | { readonly kind: 'edit-save'; readonly message: Said }
  | { readonly kind: 'edit-cancel' }
  | { readonly kind: 'retract'; readonly message: Said }
  | { readonly kind: 'retry' | 'continue'; readonly generationId: string }
  /** The queue: take back an own question, let it go on. */
  | { readonly kind: 'withdraw'; readonly messageId: string }
  | { readonly kind: 'resume' }
  /** Show the message or reply with this id. */
  | { readonly kind: 'jump'; readonly id: string }
