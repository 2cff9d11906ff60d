// What a message has to know of the member who reads it.
import type { Models } from '@roomcast/shared/protocol'

export interface Reader {
  readonly roomId: string
  readonly me: string | null
  /** This member owns the room. */
  readonly owner: boolean
  /** Models that may be asked here; null until they are known. */
  readonly models: Models | null
  readonly roomModel: string
}
