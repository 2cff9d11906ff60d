// The index card of an entry: all that a log needs to know to find the entry again, so the log need not know what any entry
// means.
import type { MemberId, Role } from '@roomcast/shared/protocol'

/** The fields of a card. */
export interface Card {
  /** Decisions may depend on the entry: a decision made without it must be made again. */
  readonly rules: boolean
  /** The entry begins a message or an answer, which is found by this name. */
  readonly begins?: string
  /** The author of the message that begins. */
  readonly by?: string
  /** The entry is about an earlier message or answer of this name, which is read with the newest entry of each kind (`as`). */
  readonly about?: { readonly subject: string; readonly as: string }
  /** Other values that are found by a name. */
  readonly index?: Readonly<Record<string, string>>
  /** A member joins or is gone. */
  readonly member?:
    | { readonly id: MemberId; readonly is: { readonly name: string; readonly role: Role } }
    | { readonly id: MemberId; readonly gone: 'left' | 'removed' }
  /** A generation starts. Its fence is its number, unless its start was lost and it had another fence before. */
  readonly starts?: {
    readonly id: string
    readonly number: string
    readonly message: string
    readonly fence?: string
  }
  /** The generation that ends. */
  readonly ends?: string
}
