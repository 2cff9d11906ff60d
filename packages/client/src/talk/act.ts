// What a reader may do with a message, as the message tells it upwards.
import type { Message, Said } from '@roomcast/shared/protocol'

export type MessageAct =
  /** Answer to it; with the passage that is selected in it, or without one. */
  | { readonly kind: 'quote'; readonly message: Message; readonly selected: string }
  /** Change the own message: opens the editor. */
  | { readonly kind: 'edit'; readonly message: Said }
  | { readonly kind: 'retract'; readonly message: Said }
  | { readonly kind: 'retry' | 'continue'; readonly generationId: string }
  /** Show the message or reply with this id. */
  | { readonly kind: 'jump'; readonly id: string }
