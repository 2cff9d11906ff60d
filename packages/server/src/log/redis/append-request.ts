// Requests to append.lua, and its answers.
import type { Entry, GenerationEnded, RoomId } from '@roomcast/shared/protocol'
import type { Card } from '../../decide/card.ts'
import { cardOf, type Front, membersOf } from '../../decide/cards.ts'
import type { Draft } from '../../decide/draft.ts'
import { DOCKET_VERSION } from '../../decide/saved-docket.ts'
import type { Append, Appended, Decided, Ending, Footing, Written } from '../entry-log.ts'
import { startedIn } from '../started.ts'
import { type Answer, refusalIn } from './answers.ts'
import { movedIn } from './moved.ts'

/** The parts of an append that only this adapter knows. */
export interface Sending {
  /** The calling node, and for how long to reserve the room for it if the append comes too late, ms; 0: not at all. */
  readonly node: string
  readonly reserves: number
  /** Digest of the whole text of the generation that ends. */
  readonly digest: string
}

/** The field under which a command is remembered. */
export function fieldOf({ by, id }: NonNullable<Decided['name']>): string {
  return `${by} ${id}`
}

/** The values for the script. */
export function valuesOf(append: Append, { node, reserves, digest }: Sending): string[] {
  const { footing, rules, decided, front, ends, creates, first, docket } = append
  const asked = {
    ...footingIn(footing),
    rules,
    front: frontIn(front),
    node,
    ...(creates ? { creates } : {}),
    ...(first ? { first } : {}),
    ...(reserves > 0 ? { reserves } : {}),
    ...(ends ? { ends: endingOf(ends, digest) } : {}),
    ...(docket === undefined ? {} : { docket, version: String(DOCKET_VERSION) }),
    commands: decided.map(({ name, proposes, posts, refusal, drafts }) => ({
      ...(name ? { field: fieldOf(name), by: name.by, kind: name.kind } : {}),
      proposes,
      ...(posts ? { begins: `m:${posts.messageId}`, by: posts.by } : {}),
      ...(refusal ? { refused: true } : {}),
      cards: drafts.map(cardIn),
    })),
  }
  const bodies = decided.flatMap(({ drafts }) => drafts.map(headOf))
  return [JSON.stringify(asked), ...bodies, ends?.final?.text ?? '']
}

/** A footing in the form that the scripts take. */
export function footingIn({ ground, read }: Footing): object {
  const { epoch, offset, fingerprint } = ground
  return {
    epoch,
    offset: String(offset),
    fingerprint,
    read: String(read.offset),
    readFingerprint: read.fingerprint,
  }
}

/** A front in the form of a room's hash: the title is JSON. */
export function frontIn({ title, waits }: Front): Front {
  return { title: JSON.stringify(title), waits }
}

function endingOf({ id, fence, next, looked, final }: Ending, digest: string): object {
  return {
    id,
    ...(fence === undefined ? {} : { fence: String(fence) }),
    ...(next === null ? {} : { next }),
    ...(looked === undefined ? {} : { looked }),
    ...(final ? { at: final.at, mark: final.mark ?? '', digest } : {}),
  }
}

/**
 * A card in the form that the scripts take: a member's name and role as JSON, and for an end the JSON that follows its
 * seal.
 */
export type SentCard = Omit<Card, 'member'> & {
  readonly member?: { readonly id: string; readonly body?: string; readonly gone?: string }
  readonly tail?: string
}

export function cardIn(draft: Draft): SentCard {
  const { member, ...card } = cardOf(draft)
  const sent = member && 'is' in member ? { id: member.id, body: membersOf(member.is) } : member
  const about = sent ? { member: sent } : {}
  if (draft.type !== 'generation-ended') return { ...card, ...about }
  const { type: _, generationId: _id, number: _number, outcome: _outcome, ...rest } = draft
  return { ...card, ...about, tail: `,${membersOf(rest)}` }
}

export function headOf(draft: Draft): string {
  if (draft.type !== 'generation-ended') return membersOf(draft)
  const { type, generationId, number, outcome } = draft
  return membersOf({ type, generationId, number, outcome })
}

export type AppendAnswer =
  | Exclude<Appended, { readonly type: 'full' }>
  /** The room is reserved for another node, for this long, ms. */
  | { readonly type: 'reserved'; readonly forMs: number }

export function appendedIn(roomId: RoomId, append: Append, answer: Answer): AppendAnswer {
  const [type, first, second] = answer
  switch (type) {
    case 'ok':
      return { type, entries: JSON.parse(String(first)) as Entry[] }
    case 'done': {
      const answers = first as readonly (Answer | '')[]
      return {
        type,
        answers: answers.map((one, index) => before(roomId, append.decided[index], one)),
      }
    }
    case 'moved':
      return movedIn(append.footing, answer)
    case 'reserved':
      return { type, forMs: Number(first) }
    case 'ended': {
      const start = second === '' ? null : (JSON.parse(String(second)) as Entry)
      return { type, ended: JSON.parse(String(first)) as GenerationEnded, start }
    }
    case 'fenced':
    case 'lives':
      return { type }
    case 'elsewhere':
      return { type, end: Number(first) }
    case 'stale':
      return { type, now: Number(first) }
    default:
      throw new Error(`not an answer of append.lua: ${String(type)}`)
  }
}

function before(
  roomId: RoomId,
  command: Decided | undefined,
  answer: Answer | '',
): Written | Error | null {
  if (answer === '') return null
  const refusal = refusalIn(answer)
  if (refusal) return refusal
  const [, json, isOurs] = answer
  const entries = JSON.parse(String(json)) as Entry[]
  const proposed = isOurs === '1' ? command?.proposes : null
  return { entries, started: startedIn(roomId, entries, proposed) }
}
