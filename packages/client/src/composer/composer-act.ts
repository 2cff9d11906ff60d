// The actions of a member in the composer, as its components emit them.
import type { Draft } from './draft-schema.ts'

export type ComposerAct =
  /** `draft` carries the new draft. `typing` follows a change of the text by hand; `send` sends the draft. */
  | { readonly type: 'draft'; readonly draft: Draft }
  | { readonly type: 'typing' }
  | { readonly type: 'send' }
  /** Edit the member's own last message. */
  | { readonly type: 'edit-last' }
  /** Show the message or reply with this id. */
  | { readonly type: 'jump'; readonly id: string }
