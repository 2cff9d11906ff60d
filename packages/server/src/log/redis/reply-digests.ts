// SHA-256 of replies while they grow. Redis cannot compute it, so whoever appends tells it with each append, and an end
// by anybody finds it beside the text.
import { createHash, type Hash } from 'node:crypto'
import type { GenerationId } from '@roomcast/shared/protocol'
import type { Connections } from '../../redis/connections.ts'

/** Replies that grow on this node at a time, generously; the oldest is read again if there are ever more. */
const MOST = 1000

interface Known {
  /** Where the bytes of `hash` end. */
  readonly at: number
  readonly hash: Hash
}

/** The digest of a reply with some more text; `taken` is to be called once the log has taken the text. */
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
   * Gives the digest that a reply has once `text` stands at byte `at`.
   * @param reply its key: it is read if its growth was not followed from there
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
