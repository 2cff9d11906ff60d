// The modes of a Room: how it stands to the log that it follows. A room is in one of them at a time.
//
//   Room.open              behind                 fails
//  ───────────▶ live ───────────────▶ reading ──────────────▶ unread
//                ▲                     │   ▲                     │
//                └─────────────────────┘   └─────────────────────┘
//                         read                    2 s later
//
//   live, reading, unread ─────────────▶ deleted
//             │            the log says     │
//             │ close                       │ close
//             └─────────────▶ closed ◀──────┘
//
// A room that is being opened is in none: it is not there before it has been read (see `Room.open`).
import type { LogUpdate } from '../judge/room-log.ts'

/** What it is told goes on from what is here, and is shown at once. */
export interface Live {
  readonly kind: 'live'
}

/** Something is missing here, so the room is read again. */
export interface Reading {
  readonly kind: 'reading'
  /** What it was told since the reading began. */
  readonly waiting: LogUpdate[]
  /** Something can be saved again; watchers are told of it only after what they have missed. */
  isBack: boolean
}

/** It could not be read and is tried again. What it is told meanwhile the next reading gives. */
export interface Unread {
  readonly kind: 'unread'
  readonly stopRetry: () => void
  /** As in `Reading`. */
  isBack: boolean
}

/** The log has it no more. The watchers have been told, and nothing of it is saved. */
export interface Deleted {
  readonly kind: 'deleted'
}

/** It follows nothing and shows nothing. */
export interface Closed {
  readonly kind: 'closed'
}

export type Mode = Live | Reading | Unread | Deleted | Closed
