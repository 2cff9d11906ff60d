// How far this node knows a room, and how it would notice that the storage has lost something.
import type { Entry, GenerationId } from '@roomcast/shared/protocol'
import { fingerprintOf } from '../../fingerprint.ts'
import type { Recent } from './recent.ts'

export interface Remembered {
  epoch: string
  /** Whether the storage has confirmed this epoch. If not, this node chose it for a new room, and it may never have existed. */
  wasTold: boolean
  /** The last known entry of this epoch, and its fingerprint. */
  offset: number
  fingerprint: string
  readonly recent: Recent
  /** The epoch that the room had before, while entries that may have been lost with it still have to be restored. */
  owes: { readonly epoch: string; readonly wasTold: boolean } | null
  /** The connection over which the room was last checked. */
  connection: number
  /** The links (see Repair) over which the last entry was confirmed to be in the storage. */
  sureOf: number
}

/** The position of a room in the storage. */
export interface Stand {
  readonly epoch: string
  readonly offset: number
  readonly end: number
  /** Of the room's last entry. */
  readonly fingerprint: string
  /** Of the entry at the offset asked for; null: there is none. */
  readonly askedFingerprint: string | null
  /** The epochs that ended because a tail was lost. */
  readonly before: readonly string[]
}

/** The generation that a text belongs to. */
export interface TextOf {
  readonly roomId: string
  readonly generationId: GenerationId
}

/** Reads the answer of `position.lua`; null: there is no such room. */
export function standIn(answer: readonly string[]): Stand | null {
  const [state, epoch = '', offset, end, askedMark, fingerprint = '', before = ''] = answer
  if (state !== 'ok') return null
  return {
    epoch,
    offset: Number(offset),
    end: Number(end),
    fingerprint,
    askedFingerprint: askedMark || null,
    before: before.split(' '),
  }
}

/** Advances the known position to a later entry or another epoch. */
export function notice(
  room: Remembered,
  epoch: string,
  entry: { readonly offset: number; readonly fingerprint: string } | undefined,
): void {
  if (room.epoch === epoch && (entry === undefined || entry.offset <= room.offset)) return
  if (room.epoch !== epoch) {
    const { epoch: before, wasTold, recent } = room
    if (before !== '' && !recent.isEmpty) room.owes = { epoch: before, wasTold }
    room.wasTold = true
  }
  room.epoch = epoch
  room.offset = entry?.offset ?? 0
  room.fingerprint = entry?.fingerprint ?? ''
}

export function lastOf(
  entries: readonly Entry[],
): { offset: number; fingerprint: string } | undefined {
  const last = entries.at(-1)
  return last && { offset: last.offset, fingerprint: fingerprintOf(last) }
}
