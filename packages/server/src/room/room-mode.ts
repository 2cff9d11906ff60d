// The modes of a Room in relation to the log it follows. A room is in exactly one mode.
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
// A room that is being opened has no mode: it does not exist until it has been read (see `Room.open`).
import type { LogUpdate } from '../judge/room-log.ts'

/** Each update continues from the state, and is shown at once. */
export interface Live {
  readonly kind: 'live'
}

/** Updates are missing, so the room is re-read. */
export interface Reading {
  readonly kind: 'reading'
  /** Updates since the re-read began. */
  readonly waiting: LogUpdate[]
  /** The storage can save again; watchers are told only after the updates they missed. */
  isBack: boolean
}

/** The re-read failed and is retried. Updates meanwhile are dropped: the next read includes them. */
export interface Unread {
  readonly kind: 'unread'
  readonly stopRetry: () => void
  /** As in `Reading`. */
  isBack: boolean
}

/** The log has deleted the room. The watchers have been told, and nothing is saved. */
export interface Deleted {
  readonly kind: 'deleted'
}

/** The room follows nothing and shows nothing. */
export interface Closed {
  readonly kind: 'closed'
}

export type Mode = Live | Reading | Unread | Deleted | Closed
