// The entries, messages and generations of the last seconds that are left in a storage that may have lost its tail.
import type { Entry, GenerationId, MessageId, RoomId } from '@roomcast/shared/protocol'
import { cardOf, membersOf } from '../../../decide/cards.ts'
import type { Draft } from '../../../decide/draft.ts'
import type { Remains } from '../../../decide/remains.ts'
import type { Connections } from '../../../redis/connections.ts'
import type { Keys } from '../keys.ts'
import type { Scripts } from '../scripts.ts'
import type { Recent } from './recent.ts'

interface Looking {
  readonly connections: Connections
  readonly scripts: Scripts
  readonly keys: Keys
}

/** The answer of standing.lua. */
type Answer = readonly [
  state: string,
  epoch?: string,
  before?: string,
  offset?: string,
  fingerprint?: string,
  followedMark?: string,
  entries?: readonly (readonly [offset: string, json: string])[],
  about?: readonly (readonly [message: string, retracted: string, start: string, ended: string])[],
  running?: string,
  number?: string,
]

/** State of a message or generation; null: there is none. */
interface About {
  message: { isRetracted: boolean } | null
  generation: { hasEnded: boolean } | null
  /** The offset at which the message or generation begins. */
  offset: number
}

export class Standing implements Remains {
  readonly exists: boolean
  readonly epoch: string
  readonly before: string
  readonly offset: number
  readonly fingerprint: string
  /** Fingerprint of the entry up to which this node had followed the room; empty: there is no entry. */
  readonly followedFingerprint: string
  /** Offsets of the entries, by their JSON members without offset and time; lowest first. */
  readonly #offsets = new Map<string, number[]>()
  readonly #about = new Map<string, About>()
  /** Generations whose end was lost. */
  readonly #ends: ReadonlySet<GenerationId>
  readonly #running: { readonly key: string; readonly id: GenerationId } | null

  /** @throws Error of ioredis */
  static async read(
    { connections, scripts, keys }: Looking,
    roomId: RoomId,
    { entries, texts }: Recent,
    followed: { readonly offset: number },
    reservation: { readonly node: string; readonly forMs: number },
  ): Promise<Standing> {
    const lowest = Math.min(...entries.map(({ offset }) => offset), Number.MAX_SAFE_INTEGER)
    const named = new Set([...entries.flatMap(namesIn), ...texts.keys()])
    const ids = [...named].filter((id) => !id.startsWith('#'))
    const { node, forMs } = reservation
    const values = [lowest, followed.offset, node, forMs, ...ids]
    const answer = await connections.run(scripts.standing, keys.all(roomId), values)
    return new Standing(answer as Answer, ids, entries)
  }

  private constructor(answer: Answer, ids: readonly string[], lost: readonly Entry[]) {
    const [
      state,
      epoch = '',
      before = '',
      offset = '0',
      fingerprint = '',
      followedFingerprint = '',
    ] = answer
    const [, , , , , , entries = [], about = [], running = '', number] = answer
    this.exists = state === 'ok'
    this.epoch = epoch
    this.before = before
    this.offset = Number(offset)
    this.fingerprint = fingerprint
    this.followedFingerprint = followedFingerprint
    for (const [place, json] of entries) {
      const members = json.replace(/^\{"offset":\d+,"at":\d+,/, '').slice(0, -1)
      this.#offsets.set(members, [...(this.#offsets.get(members) ?? []), Number(place)])
    }
    for (const [index, id] of ids.entries()) {
      const [message = '', retracted, start = '', ended] = about[index] ?? []
      this.#about.set(id, {
        message: message === '' ? null : { isRetracted: retracted === '1' },
        generation: start === '' ? null : { hasEnded: ended === '1' },
        offset: Number(message || start),
      })
    }
    this.#running = running === '' ? null : { key: `#${number}`, id: running }
    this.#ends = new Set(
      lost.flatMap((entry) => (entry.type === 'generation-ended' ? [entry.generationId] : [])),
    )
  }

  /** Finds an entry equal to this one, at its offset or a later one. Each offset is found only once; null: none. */
  offsetOf({ offset, at: _, ...draft }: Entry): number | null {
    const offsets = this.#offsets.get(membersOf(draft)) ?? []
    const index = offsets.findIndex((place) => place >= offset)
    return index < 0 ? null : (offsets.splice(index, 1)[0] ?? null)
  }

  /** The offset at which the entry's message or generation begins; 1 for the entry that creates the room. */
  placeOf(entry: Entry): number {
    const [name] = namesIn(entry)
    return this.#about.get(name ?? '')?.offset ?? 1
  }

  message(messageId: MessageId): { readonly isRetracted: boolean } | null {
    return this.#about.get(messageId)?.message ?? null
  }

  generation(generationId: GenerationId): { readonly hasEnded: boolean } | null {
    return this.#about.get(generationId)?.generation ?? null
  }

  endsLater(generationId: GenerationId): boolean {
    return this.#ends.has(generationId)
  }

  /** The running generation, if the key is `#` and its number. */
  runningAs(key: string): GenerationId | null {
    return this.#running?.key === key ? this.#running.id : null
  }

  /** Updates the state for a draft that will be written. */
  placed(draft: Draft): void {
    const about = this.#about.get(namesIn(draft)[0] ?? '')
    if (!about) return
    const { begins, about: later, starts, ends } = cardOf(draft)
    if (begins !== undefined && !starts) about.message = { isRetracted: false }
    if (later?.as === 'r:') about.message = { isRetracted: true }
    if (starts) about.generation = { hasEnded: false }
    if (ends !== undefined) about.generation = { hasEnded: true }
  }
}

/** The ids of the generation and the message that an entry names. */
function namesIn(entry: Entry | Draft): readonly string[] {
  const generation = 'generationId' in entry ? [entry.generationId] : []
  return [...generation, ...('messageId' in entry ? [entry.messageId] : [])]
}
