// What a member does in the composer, as its parts tell it upwards.
import type { Draft } from './draft.ts'

export type ComposerAct =
  /** What is being written; and with it: that its text was changed by hand, and sending it. */
  | { readonly type: 'draft'; readonly draft: Draft }
  | { readonly type: 'typing' }
  | { readonly type: 'send' }
  /** Change the own last message. */
  | { readonly type: 'edit-last' }
  /** Show the message or reply with this id. */
  | { readonly type: 'jump'; readonly id: string }
