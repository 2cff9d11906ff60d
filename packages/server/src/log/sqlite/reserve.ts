// Room on the disk that is kept for ends: a file beside the data that is made smaller when the disk is full, so that stops and
// ends are stored all the same. Nothing else of ours gets that room: it is taken again in the same moment.
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

/** Bytes that are kept at most; on a small disk a quarter of what was free. */
const MOST_BYTES = 4 * 1024 * 1024
/** Bytes that are given up at a time: an end takes less. */
const STEP_BYTES = 128 * 1024
/** Bytes for which there must be room besides, or the disk counts as full. */
const ROOM_BYTES = 64 * 1024

/** Anything but zeros, which some file systems do not store. */
const FILLING = Buffer.alloc(ROOM_BYTES, 'reserve ')

export class Reserve {
  readonly #file: number
  #bytes = 0

  /**
   * Takes the room that there is.
   * @param path of the file; it stays when the process ends
   * @throws what the system refuses, but not that the disk is full
   */
  constructor(path: string) {
    this.#file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600)
    const { bavail, bsize } = statfsSync(dirname(path))
    const kept = fstatSync(this.#file).size
    this.#bytes = Math.max(kept, Math.min(MOST_BYTES, Math.floor((bavail * bsize) / 4)))
    this.refill()
  }

  /** Gives up a piece. @returns false when there is nothing left */
  release(): boolean {
    const { size } = fstatSync(this.#file)
    if (size === 0) return false
    ftruncateSync(this.#file, Math.max(0, size - STEP_BYTES))
    return true
  }

  /** Takes again what was given up, as far as there is room. @returns whether it is whole */
  refill(): boolean {
    return this.#growTo(this.#bytes)
  }

  /** Whether there is room on the disk besides the reserve: found out by writing. */
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
