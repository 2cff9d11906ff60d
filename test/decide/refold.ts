// Checks that the entries of a room are those that the rules decide: replayed from the first one, each step is what its
// command yields there. Entries written again after a loss are placed without a decision, so a room that has some
// cannot be checked.
import { isDeepStrictEqual } from 'node:util'
import type { Command } from '@roomcast/server/decide/commands.ts'
import { decide, factsFor } from '@roomcast/server/decide/decide.ts'
import type { Entry, EntryOf } from '@roomcast/shared/protocol'
import { KnownRoom } from './known-room.ts'
import { bare } from './oracle.ts'

/** @returns a description of the first entry that no command yields there; null when there is none */
export function undecided(entries: readonly Entry[]): string | null {
  try {
    return firstUndecided(entries)
  } catch (error) {
    // The end of a generation that is not running, or an entry that is not the next one.
    return String(error)
  }
}

function firstUndecided(entries: readonly Entry[]): string | null {
  const room = new KnownRoom()
  for (let from = 0; from < entries.length;) {
    const rest = entries.slice(from, from + 50)
    const command = commandOf(room, rest)
    const decision = command && decide(room.docket, command, factsFor(command, room))
    if (decision === null) return `nobody asked for ${JSON.stringify(rest[0])}`
    if (decision instanceof Error)
      return `${JSON.stringify(rest[0])} is refused: ${decision.message}`
    const written = rest.slice(0, decision.length)
    if (written.length === 0 || !isDeepStrictEqual(written.map(bare), decision.map(plain)))
      return `${JSON.stringify(written)} is decided as ${JSON.stringify(decision)}`
    room.add(written)
    from += written.length
  }
  return null
}

const NAMES = { commandId: 'command' } as const

/** The command that wrote the first of these entries, and possibly some after it. */
function commandOf(room: KnownRoom, rest: readonly Entry[]): Command | null {
  const [entry, next] = rest
  switch (entry?.type) {
    case 'room-created': {
      const { roomId, title, model, instructions } = entry
      if (next?.type !== 'member-joined') return null
      const owner = { memberId: next.memberId, name: next.name }
      return { type: 'create', ...NAMES, roomId, title, model, instructions, owner }
    }
    case 'member-joined': {
      const { memberId, name, role } = entry
      return { type: 'join', ...NAMES, memberId, name, role }
    }
    case 'member-left':
      return { type: 'remove', ...NAMES, by: entry.by, memberId: entry.memberId }
    case 'question-withdrawn':
      return withdrawing(room, entry)
    case 'settings-changed': {
      const { offset: _, at: _at, ...changed } = entry
      // A setting that is not named is absent.
      return { ...changed, ...NAMES, type: 'configure' } as Command
    }
    case 'invite-made':
      return {
        type: 'invite',
        ...NAMES,
        by: entry.by,
        inviteId: entry.inviteId,
        until: entry.until,
      }
    case 'invites-ended':
      return { type: 'end-invites', ...NAMES, by: entry.by }
    case 'message-posted':
      return posting(room, entry, next)
    case 'message-edited': {
      const { messageId, by, text, mentions } = entry
      const more = mentions === undefined ? {} : { mentions }
      return { type: 'edit', ...NAMES, messageId, by, text, ...more }
    }
    case 'message-retracted':
      return { type: 'retract', ...NAMES, by: entry.by, messageId: entry.messageId }
    case 'queue-resumed':
      return { type: 'resume', ...NAMES, by: entry.by, generationId: promoted(next) }
    case 'generation-started': {
      const { generationId, mode, by, of } = entry
      if (mode === 'answer') return { type: 'promote', generationId }
      return of === undefined ? null : { type: 'start', ...NAMES, generationId, mode, by, of }
    }
    case 'generation-ended': {
      const { offset: _, at: _at, number: _n, end: _e, digest: _d, held: _h, ...ended } = entry
      return { ...ended, type: 'end', next: promoted(next) } as Command
    }
    default:
      return null
  }
}

/** Withdrawn by its author, or because its author was removed. */
function withdrawing(room: KnownRoom, { messageId, by }: EntryOf<'question-withdrawn'>): Command {
  const author = room.message(messageId)?.by ?? by
  return author === by
    ? { type: 'withdraw', ...NAMES, by, messageId }
    : { type: 'remove', ...NAMES, by, memberId: author }
}

function posting(
  { docket }: KnownRoom,
  { messageId, by, text, ask, quote, mentions, model }: EntryOf<'message-posted'>,
  next: Entry | undefined,
): Command {
  const isQueued = next?.type === 'question-queued' && next.messageId === messageId
  const isIdle = docket.running === null && !docket.held && docket.queue.length === 0
  return {
    type: 'post',
    ...NAMES,
    ...{ messageId, by, text, ask },
    generationId: promoted(next) ?? 'unused',
    ...(isQueued && isIdle ? { waits: true } : {}),
    ...(quote ? { quote: { of: quote.of, text: quote.text, isOwn: quote.by === by } } : {}),
    ...(mentions === undefined ? {} : { mentions }),
    ...(model === undefined ? {} : { model }),
  }
}

/** The answer that began in the same step, or right after it. */
function promoted(next: Entry | undefined): string | null {
  return next?.type === 'generation-started' && next.mode === 'answer' ? next.generationId : null
}

function plain(draft: object): object {
  return JSON.parse(JSON.stringify(draft)) as object
}
