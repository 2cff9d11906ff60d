// The current screen of one client, and the lines of its history that follow from a change.
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { ShownEnd, Writer } from './history.ts'

export interface ShownReply {
  readonly generationId: string
  readonly number: number
  text: Buffer
  ended: ShownEnd | null
}

export class Screen {
  readonly replies = new Map<number, ShownReply>()
  readonly said = new Map<string, { readonly by: string; readonly text: string }>()
  epoch = ''
  offset = 0
  /** Number of the running reply. */
  running: number | null = null
  readonly #writer: Writer

  constructor(writer: Writer) {
    this.#writer = writer
  }

  /** The position of a reader with this screen, from which it can resume. */
  get position(): { epoch: string; offset: number; end: number } {
    const running = this.running === null ? undefined : this.replies.get(this.running)
    return { epoch: this.epoch, offset: this.offset, end: running?.text.length ?? 0 }
  }

  /** @param whole whether it was a snapshot */
  stand(offset: number, whole: boolean): void {
    this.offset = offset
    this.#writer.write({ kind: 'stands', epoch: this.epoch, offset, whole })
  }

  say(messageId: string, by: string, text: string): void {
    if (this.said.get(messageId)?.text === text) return
    this.said.set(messageId, { by, text })
    this.#writer.write({ kind: 'said', messageId, by, text })
  }

  /** Begins to show a reply, unless it is shown already. */
  begin(number: number, generationId: string): ShownReply {
    const known = this.replies.get(number)
    if (known?.generationId === generationId) return known
    const reply: ShownReply = { generationId, number, text: Buffer.alloc(0), ended: null }
    this.replies.set(number, reply)
    return reply
  }

  /** Shows the first `from` bytes of the earlier text, followed by `text`. */
  write(reply: ShownReply, from: number, text: Buffer): void {
    if (from === reply.text.length && text.length === 0) return
    reply.text = Buffer.concat([reply.text.subarray(0, from), text])
    const { generationId, number } = reply
    this.#writer.write({ kind: 'text', generationId, number, from, text: text.toString() })
  }

  /** Shows exactly this text, with as few lines as possible. */
  rewrite(reply: ShownReply, text: Buffer): void {
    if (text.subarray(0, reply.text.length).equals(reply.text))
      this.write(reply, reply.text.length, text.subarray(reply.text.length))
    else this.write(reply, 0, text)
  }

  end(reply: ShownReply, how: ShownEnd): void {
    const before = reply.ended
    if (before?.outcome === how.outcome && before.by === how.by && before.error === how.error)
      return
    reply.ended = how
    const { generationId, number, text } = reply
    this.#writer.write({ kind: 'ended', generationId, number, end: text.length, how })
  }

  /** Clears the screen for another incarnation of the room. */
  replace(epoch: string): void {
    this.replies.clear()
    this.said.clear()
    this.running = null
    this.epoch = epoch
    this.#writer.write({ kind: 'replaced', epoch })
  }
}

export function digestOf(text: Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}
