// SHA-256 of growing replies. Redis cannot compute it, so each append carries the digest, and an end sent by any node finds it
// beside the text.
import { createHash, type Hash } from 'node:crypto'
import type { GenerationId } from '@roomcast/shared/protocol'
import type { Connections } from '../../redis/connections.ts'

/** A generous limit for replies growing on this node at the same time. Beyond it, the oldest would be read again from Redis. */
const MOST = 1000

interface Known {
  /** The number of bytes that `hash` covers. */
  readonly at: number
  readonly hash: Hash
}

/** The digest of a reply with some more text. Call `taken` once the log has stored the text. */
export interface Grown {
  readonly digest: string
  taken(): void
}

export class ReplyDigests {
  readonly #connections: Connections
  readonly #known = new Map<GenerationId, Known>()

  constructor(connections: Connections) {
    this.#connections = connections
  }

  /**
   * Gives the digest of a reply with `text` added at byte `at`.
   * @param reply its key: the stored reply is read unless this node knows the digest up to `at`
   * @throws Error of ioredis
   */
  async after(generationId: GenerationId, at: number, text: string, reply: string): Promise<Grown> {
    const known = this.#known.get(generationId)
    const before = known?.at === at ? known.hash : createHash('sha256')
    if (known?.at !== at && at > 0) before.update(await this.#read(reply, at))
    const hash = before.copy().update(text)
    const end = at + Buffer.byteLength(text)
    const taken = () => this.#remember(generationId, { at: end, hash })
    return { digest: hash.copy().digest('hex'), taken }
  }

  forget(generationId: GenerationId): void {
    this.#known.delete(generationId)
  }

  #read(reply: string, at: number): Promise<Buffer> {
    return this.#connections.commands.getrangeBuffer(reply, 0, at - 1)
  }

  #remember(generationId: GenerationId, known: Known): void {
    this.#known.delete(generationId)
    this.#known.set(generationId, known)
    const oldest = this.#known.size > MOST ? this.#known.keys().next().value : undefined
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
