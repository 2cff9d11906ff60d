// A real log behind a storage that can be slow, unavailable, or lose acknowledged writes.
import { type Kind, type Mark, Refusal } from '@roomcast/shared/protocol'
import { addMark, byteLength, partsOf, sliceBytes } from '@roomcast/shared/room'
import type { AppendReply, Owned, RoomLog } from '@roomcast/server/judge/room-log.ts'

/** `before`: the call is not executed; `after`: it is executed, but its answer is lost. */
export type Away = 'before' | 'after' | null

export class StorageDouble {
  /** The log as the code under test sees it. */
  readonly log: RoomLog
  away: Away = null
  /** Every `appendReply` call so far. */
  readonly appends: { at: number; text: string; mark: Kind | undefined }[] = []
  ends = 0
  mostAtOnce = 0
  #atOnce = 0
  #gate: Promise<void> | null = null

  constructor(real: RoomLog) {
    const own: Partial<RoomLog> = {
      appendReply: async (owned, at, text, mark) => {
        this.appends.push({ at, text, mark })
        return this.#through(() => real.appendReply(owned, at, text, mark))
      },
      end: async (roomId, end) => {
        this.ends += 1
        return this.#through(() => real.end(roomId, end))
      },
    }
    this.log = new Proxy(real, {
      get(target, name: keyof RoomLog) {
        return own[name] ?? target[name].bind(target)
      },
    })
  }

  /** Blocks all calls until the returned function is called. */
  hold(): () => void {
    let open: () => void = () => undefined
    this.#gate = new Promise((resolve) => (open = resolve))
    return () => {
      this.#gate = null
      open()
    }
  }

  async #through<T>(work: () => Promise<T>): Promise<T> {
    this.#atOnce += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce)
    try {
      await this.#gate
      if (this.away === 'before') throw new Refusal('storage-unavailable')
      const result = await work()
      if (this.away === 'after') throw new Refusal('storage-unavailable')
      return result
    } finally {
      this.#atOnce -= 1
    }
  }
}

/** The reply of one generation in a storage that may lose its tail, like a replica that lags. */
export class ForgetfulReply {
  text = ''
  away = false
  #marks: readonly Mark[] = []

  get parts() {
    return partsOf({ text: this.text, end: this.end, marks: this.#marks })
  }

  get end(): number {
    return byteLength(this.text)
  }

  /** Drops everything from byte `end` on, including marks. */
  forget(end: number): void {
    this.text = sliceBytes(this.text, 0, end)
    this.#marks = this.#marks.filter((mark) => mark.from < end)
  }

  /** As in the port. */
  async appendReply(_: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply> {
    if (this.away) throw new Refusal('storage-unavailable')
    if (at !== this.end) return { ok: false, refused: 'elsewhere', end: this.end }
    if (mark) this.#marks = addMark(this.#marks, mark, at)
    this.text += text
    return { ok: true, end: this.end }
  }
}
