// The facts about the reading member that a message needs.
import type { Models } from '@roomcast/shared/protocol'

export interface Reader {
  readonly roomId: string
  readonly me: string | null
  /** This member owns the room. */
  readonly owner: boolean
  /** The models available here; null until they are known. */
  readonly models: Models | null
  readonly roomModel: string
}
