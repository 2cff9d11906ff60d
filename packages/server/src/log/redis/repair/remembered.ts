// How far this node knows a room, and what it would take for a loss of the storage.
import type { Entry, GenerationId } from '@roomcast/shared/protocol'
import { fingerprintOf } from '../../fingerprint.ts'
import type { Recent } from './recent.ts'

export interface Remembered {
  epoch: string
  /** The storage itself has told of this epoch; else it was made up here for a new room, and may be that of nobody. */
  wasTold: boolean
  /** The last entry known of in this epoch, and its fingerprint. */
  offset: number
  fingerprint: string
  readonly recent: Recent
  /** The room has another epoch than this one by now, and has not been given yet what may have been lost. */
  owes: { readonly epoch: string; readonly wasTold: boolean } | null
  /** The connection by which it was looked at last. */
  connection: number
  /** The links (Repair) with which the last entry was found in the storage. */
  sureOf: number
}

/** Where a room stands in the storage. */
export interface Stand {
  readonly epoch: string
  readonly offset: number
  readonly end: number
  /** Of its last entry. */
  readonly fingerprint: string
  /** Of the entry that was asked for; null when there is none. */
  readonly askedFingerprint: string | null
  /** The epochs that lost tails have ended. */
  readonly before: readonly string[]
}

/** Of which generation a text is. */
export interface TextOf {
  readonly roomId: string
  readonly generationId: GenerationId
}

/** Reads what `position.lua` answers; null when there is no such room. */
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

/** Moves on to an entry that is further, or to another epoch. */
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
