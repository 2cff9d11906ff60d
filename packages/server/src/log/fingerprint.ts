// The fingerprint of an entry tells it from another entry that may have its offset after a loss.
import { createHash } from 'node:crypto'
import type { Entry, UnknownEntry } from '@roomcast/shared/protocol'

/** The fingerprint of an entry. The Redis scripts compute the same one (prelude.lua). */
export function fingerprintOf(entry: Entry | UnknownEntry): string {
  return fingerprintOfJson(JSON.stringify(entry))
}

/** The fingerprint of an entry given as its stored JSON. */
export function fingerprintOfJson(json: string): string {
  return createHash('sha1').update(json).digest('hex')
}
