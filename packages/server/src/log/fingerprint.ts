// The fingerprint of an entry: after a loss another entry may stand at its offset.
import { createHash } from 'node:crypto'
import type { Entry, UnknownEntry } from '@roomcast/shared/protocol'

/** Tells an entry from any other that may stand in its place. Scripts of Redis have it too (prelude.lua). */
export function fingerprintOf(entry: Entry | UnknownEntry): string {
  return fingerprintOfJson(JSON.stringify(entry))
}

/** The same of an entry as it is stored. */
export function fingerprintOfJson(json: string): string {
  return createHash('sha1').update(json).digest('hex')
}
