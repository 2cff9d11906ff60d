// The requests to append.lua and its answers.
import type {
  Entry,
  GenerationEnded,
  GenerationId,
  MemberId,
  MessageId,
  RoomId,
} from '@roomcast/shared/protocol'
import { type Card, cardOf, frontOf, membersOf } from '../../decide/cards.ts'
import type { FinalBytes } from '../../decide/commands.ts'
import { RULES_VERSION } from '../../decide/decide.ts'
import type { Docket } from '../../decide/docket.ts'
import type { Draft } from '../../decide/draft.ts'
import { DOCKET_VERSION, savedDocket } from '../../decide/saved-docket.ts'
import type { Written } from '../room-log.ts'
import { type Answer, refusalIn, writtenIn } from './answers.ts'
import type { Moved } from './dockets.ts'
import type { Known } from './known.ts'

/** A command as the log knows it, with what was decided of it. */
export interface Decided {
  /** By what it is remembered; undefined: nobody will repeat it. */
  readonly field: string | undefined
  readonly kind: string
  /** The generation that it may start. */
  readonly proposes: GenerationId | undefined
  /** The message that it posts: after a loss it may be there although the command is not known. */
  readonly posts?: { readonly messageId: MessageId; readonly by: MemberId } | undefined
  /** Then nothing is written, and it is not remembered. */
  readonly refusal: Error | null
  readonly drafts: readonly Draft[]
}

/** The generation that is to end. */
export interface Ending {
  readonly id: GenerationId
  /** Of its owner; undefined: anybody may. */
  readonly fence: number | undefined
  /** The next one that was proposed. */
  readonly next: GenerationId | null
  /** It ends only if its owner has not shown itself, as somebody looked at this time, ms by the clock of Redis. */
  readonly looked?: number
  /** With the digest of the whole text after it. */
  readonly final?: FinalBytes & { readonly digest: string }
}

export interface Append {
  readonly known: Known
  readonly decided: readonly Decided[]
  /** The docket with all that was decided. */
  readonly after: Docket
  readonly ends?: Ending
  /** The room is made with it. */
  readonly creates?: boolean
  /** A storage that is full takes it as well. */
  readonly frees: boolean
  /** It goes before whoever has reserved the room. */
  readonly first?: boolean
  /** Who asks, and for how long the room is to wait for it if it comes too late, ms; 0: not at all. */
  readonly node: string
  readonly reserves: number
}

/** Entries that were folded before a docket is saved again. */
const SAVE_EVERY = 200

/** Whether the docket goes with an append that was decided on this. */
export function savesDocket({ unsaved }: Known): boolean {
  return unsaved >= SAVE_EVERY
}

/** The values that the script takes. */
export function valuesOf(append: Append): string[] {
  const { known, decided, after, ends, creates, first, node, reserves } = append
  const { ground, docket } = known
  const asked = {
    epoch: known.epoch,
    offset: String(ground.offset),
    mark: ground.mark,
    rules: RULES_VERSION,
    front: frontOf(after),
    node,
    ...(creates ? { creates } : {}),
    ...(first ? { first } : {}),
    ...(reserves > 0 ? { reserves } : {}),
    ...(ends ? { ends: endingOf(ends) } : {}),
    ...(savesDocket(known)
      ? { docket: savedDocket(docket, ground.offset), version: String(DOCKET_VERSION) }
      : {}),
    commands: decided.map(({ field, kind, proposes, posts, refusal, drafts }) => ({
      field,
      kind,
      proposes,
      ...(posts ? { begins: `m:${posts.messageId}`, by: posts.by } : {}),
      ...(refusal ? { refused: true } : {}),
      cards: drafts.map(cardIn),
    })),
  }
  const bodies = decided.flatMap(({ drafts }) => drafts.map(headOf))
  return [JSON.stringify(asked), ...bodies, ends?.final?.text ?? '']
}

function endingOf({ id, fence, next, looked, final }: Ending): object {
  return {
    id,
    ...(fence === undefined ? {} : { fence: String(fence) }),
    ...(next === null ? {} : { next }),
    ...(looked === undefined ? {} : { looked }),
    ...(final ? { at: final.at, mark: final.mark ?? '', digest: final.digest } : {}),
  }
}

/** The card of an end has the members after its seal. */
export function cardIn(draft: Draft): Card & { readonly tail?: string } {
  if (draft.type !== 'generation-ended') return cardOf(draft)
  const { type: _, generationId: _id, number: _number, outcome: _outcome, ...rest } = draft
  return { ...cardOf(draft), tail: `,${membersOf(rest)}` }
}

export function headOf(draft: Draft): string {
  if (draft.type !== 'generation-ended') return membersOf(draft)
  const { type, generationId, number, outcome } = draft
  return membersOf({ type, generationId, number, outcome })
}

export type Appended =
  | { readonly type: 'ok'; readonly entries: readonly Entry[] }
  /** Some were done before, and nothing was written: for each what it was answered with, or null where it is new. */
  | { readonly type: 'done'; readonly answers: readonly (Written | Error | null)[] }
  | { readonly type: 'moved'; readonly moved: Moved }
  /** Others go first, for so long, ms. */
  | { readonly type: 'reserved'; readonly forMs: number }
  /** The generation had ended; `start` is that of the next, if this very end had begun it. */
  | { readonly type: 'ended'; readonly ended: GenerationEnded; readonly start: Entry | null }
  | { readonly type: 'fenced' }
  | { readonly type: 'elsewhere'; readonly end: number }
  /** Its owner is alive. */
  | { readonly type: 'lives' }
  /** Too long after the look. `now`: the time of Redis, ms. */
  | { readonly type: 'stale'; readonly now: number }

export function appendedIn(roomId: RoomId, answer: Answer): Appended {
  const [type, first, second] = answer
  switch (type) {
    case 'ok':
      return { type, entries: JSON.parse(String(first)) as Entry[] }
    case 'done':
      return {
        type,
        answers: (first as readonly (Answer | '')[]).map((one) => before(roomId, one)),
      }
    case 'moved':
      return { type, moved: answer as unknown as Moved }
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

function before(roomId: RoomId, answer: Answer | ''): Written | Error | null {
  return answer === '' ? null : (refusalIn(answer) ?? writtenIn(roomId, answer))
}
