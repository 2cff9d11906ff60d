// Disk space reserved for ends: a file beside the data that shrinks when the disk is full, so that stops and other ends can
// still be stored. It grows back in the same moment, so no other write of this program gets the space.
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Maximum size of the reserve; on a small disk, a quarter of the free space. */
const MOST_BYTES = 4 * 1024 * 1024
/** Bytes released at a time; an end needs less. */
const STEP_BYTES = 128 * 1024
/** The disk counts as full unless this many bytes are free besides the reserve. */
const ROOM_BYTES = 64 * 1024

/** Not zeros, since some file systems do not store those. */
const FILLING = Buffer.alloc(ROOM_BYTES, 'reserve ')

export class Reserve {
  readonly #file: number
  #bytes = 0

  /**
   * Takes as much of the reserve as there is space for.
   * @param path of the file, which stays after the process ends
   * @throws errors of the file system, except a full disk
   */
  constructor(path: string) {
    this.#file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600)
    const { bavail, bsize } = statfsSync(dirname(path))
    const kept = fstatSync(this.#file).size
    this.#bytes = Math.max(kept, Math.min(MOST_BYTES, Math.floor((bavail * bsize) / 4)))
    this.refill()
  }

  /** Releases a piece. @returns false if nothing is left */
  release(): boolean {
    const { size } = fstatSync(this.#file)
    if (size === 0) return false
    ftruncateSync(this.#file, Math.max(0, size - STEP_BYTES))
    return true
  }

  /** Grows back as far as there is space. @returns whether the reserve is complete */
  refill(): boolean {
    return this.#growTo(this.#bytes)
  }

  /** Whether the disk has space besides the reserve, tested by writing. */
  hasRoom(): boolean {
    if (!this.refill()) return false
    const hasRoom = this.#growTo(this.#bytes + ROOM_BYTES)
    ftruncateSync(this.#file, this.#bytes)
    return hasRoom
  }

  close(): void {
    closeSync(this.#file)
  }

  #growTo(bytes: number): boolean {
    let { size } = fstatSync(this.#file)
    try {
      while (size < bytes) {
        const written = writeSync(
          this.#file,
          FILLING,
          0,
          Math.min(FILLING.length, bytes - size),
          size,
        )
        if (written === 0) return false
        size += written
      }
      return true
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EDQUOT') return false
      throw error
    }
  }
}
