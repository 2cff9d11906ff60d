// Everything that one client saw and did, line by line, in order. The checker has nothing else.
import type { Command, CommandResult, Outcome } from '@roomcast/shared/protocol'

/** The end of a reply as shown. */
export interface ShownEnd {
  readonly outcome: Outcome
  readonly by: string | undefined
  readonly error: string | undefined
}

/** `at`: ms since the round began. */
export type Line = { readonly at: number } & (
  | { readonly kind: 'linked' | 'synced' | 'away' | 'back' }
  | { readonly kind: 'unlinked'; readonly why: string }
  /** A snapshot of another incarnation has arrived: only what follows is shown now. */
  | { readonly kind: 'replaced'; readonly epoch: string }
  /** The position of the screen after an update; `whole`: after a snapshot. */
  | {
      readonly kind: 'stands'
      readonly epoch: string
      readonly offset: number
      readonly whole: boolean
    }
  | {
      readonly kind: 'said'
      readonly messageId: string
      readonly by: string
      readonly text: string
    }
  /** From now on the screen shows the first `from` bytes that it had of this reply, followed by `text`. */
  | {
      readonly kind: 'text'
      readonly generationId: string
      readonly number: number
      readonly from: number
      readonly text: string
    }
  | {
      readonly kind: 'ended'
      readonly generationId: string
      readonly number: number
      readonly end: number
      readonly how: ShownEnd
    }
  | { readonly kind: 'sent'; readonly by: string; readonly command: Command }
  | {
      readonly kind: 'answered'
      readonly by: string
      readonly command: Command
      readonly result: CommandResult
    }
)

/** `Line` without its time, for each of its kinds. */
export type Event = Line extends infer One ? (One extends Line ? Omit<One, 'at'> : never) : never

export interface History {
  /** Unique within a room. */
  readonly name: string
  readonly roomId: string
  readonly lines: readonly Line[]
  /** Whether the client was still there when the room had come to rest. */
  readonly stays: boolean
}

/** Writes a history; shared by all clients. */
export class Writer implements History {
  readonly name: string
  readonly roomId: string
  readonly lines: Line[] = []
  stays = true
  readonly #now: () => number

  constructor(name: string, roomId: string, now: () => number) {
    this.name = name
    this.roomId = roomId
    this.#now = now
  }

  write(event: Event): void {
    this.lines.push({ at: Math.round(this.#now()), ...event })
  }
}
