// A room log in front of another that writes nothing which our own schemas would not read back: such an entry would
// make a room unreadable for good, on every screen.
//
// What the border has let through by then is a bug of this program: it is reported, refused as `internal`, and nothing is
// written. An end ends all the same, without what cannot be read of it: no answer runs for ever.
import {
  deltaSchema,
  entrySchema,
  type EntryType,
  markSchema,
  Refusal,
  roomStateSchema,
} from '@roomcast/shared/protocol'
import * as v from 'valibot'
import type { FinalBytes, NewEnd, RoomLog } from './room-log.ts'

/** Calls that write. A new one does not compile until it is named here or stands in `FAULTS`. */
type Writing = Exclude<
  keyof RoomLog,
  | 'renew'
  | 'recover'
  | 'read'
  | 'page'
  | 'offsetOf'
  | 'follow'
  | 'isMember'
  | 'isGone'
  | 'roomsOf'
  | 'deleteRoom'
  | 'close'
>
type Draft = { readonly type: EntryType } & Readonly<Record<string, unknown>>
type Judge<Name extends Writing> = (...parameters: Parameters<RoomLog[Name]>) => string | null

/** Stand for what only the log knows. */
const SOME_ID = 'id'
const SOME_PLACE = { offset: 1, at: 0 }

/** The first field, with its entry, that cannot be read in what a call would write; null when all can. */
const FAULTS: { readonly [Name in Writing]: Judge<Name> } = {
  createRoom: ({ commandId, owner, ...room }) =>
    faultIn({ type: 'room-created', ...room }, member({ ...owner, role: 'owner' }), ids(commandId)),
  join: (roomId, { commandId, seen: _, ...joining }) =>
    faultIn(member(joining), ids(roomId, commandId)),
  post: (roomId, { commandId, generationId, ...post }) =>
    faultIn({ type: 'message-posted', ...post }, ids(roomId, commandId, generationId)),
  start: (roomId, { commandId, generationId, by, mode, of }) =>
    faultIn(
      {
        type: 'generation-started',
        generationId,
        number: 1,
        mode,
        messageId: SOME_ID,
        of,
        by,
        model: '',
      },
      ids(roomId, commandId),
    ),
  withdraw: (roomId, { commandId, messageId, by }) =>
    faultIn({ type: 'question-withdrawn', messageId, by }, ids(roomId, commandId)),
  resume: (roomId, { commandId, by, generationId }) =>
    faultIn({ type: 'queue-resumed', by }, ids(roomId, commandId, generationId ?? SOME_ID)),
  amend: (roomId, { commandId, type, ...amendment }) =>
    faultIn({ ...amendment, type: AMENDS[type] }, ids(roomId, commandId)),
  appendReply: ({ roomId, number }, at, text, mark) =>
    faultInBytes({ at, text, mark }, number) ?? faultIn(ids(roomId)),
  end: (roomId, end) =>
    faultIn(ended(end), ids(roomId, end.next ?? SOME_ID)) ??
    (end.final ? faultInBytes(end.final) : null),
  checkpoint: (state) => faultOf(roomStateSchema, state),
}
const AMENDS = {
  edit: 'message-edited',
  retract: 'message-retracted',
  configure: 'settings-changed',
  invite: 'invite-made',
  'end-invites': 'invites-ended',
  remove: 'member-left',
} as const satisfies Record<Parameters<RoomLog['amend']>[1]['type'], EntryType>

const BARE: NewEnd = { generationId: SOME_ID, outcome: 'completed', next: null }

/** What an end can do without. */
const DISPENSABLE = [
  'reason',
  'stop',
  'error',
  'usage',
  'omitted',
  'final',
] as const satisfies readonly (keyof NewEnd)[]

/** @param onFault hears which call would have written what cannot be read, such as `generation-ended.usage.inputTokens` */
export function checked(log: RoomLog, onFault: (call: string, where: string) => void): RoomLog {
  return new Proxy(log, {
    get: (target, name: keyof RoomLog) => {
      const method: unknown = Reflect.get(target, name)
      // Whoever awaits a log asks it for `then`.
      if (typeof method !== 'function') return method
      const call = method.bind(target) as (...parameters: unknown[]) => Promise<unknown>
      if (!isWriting(name)) return call
      const faultOfCall = FAULTS[name] as (...parameters: unknown[]) => string | null
      return (...parameters: unknown[]) => {
        const fault = faultOfCall(...parameters)
        if (fault === null) return call(...parameters)
        onFault(name, fault)
        const [roomId, end] = parameters as Parameters<RoomLog['end']>
        const bare = name === 'end' ? withoutFaults(end) : null
        if (bare !== null && faultOfCall(roomId, bare) === null) return call(roomId, bare)
        return Promise.reject(new Refusal('internal'))
      }
    },
  })
}

function withoutFaults(end: NewEnd): NewEnd {
  const faulty = DISPENSABLE.filter(
    (name) => FAULTS.end(SOME_ID, { ...BARE, [name]: end[name] }) !== null,
  )
  const kept = Object.entries(end).filter(([name]) => !faulty.some((one) => one === name))
  return Object.fromEntries(kept) as unknown as NewEnd
}

function isWriting(name: keyof RoomLog): name is Writing {
  return Object.hasOwn(FAULTS, name)
}

function ended({ generationId, outcome, by, reason, stop, error, usage, omitted }: NewEnd): Draft {
  return {
    type: 'generation-ended',
    ...{ generationId, number: 1, outcome, end: 0, digest: '', held: false },
    ...{ by, reason, stop, error, usage, omitted },
  }
}

function faultInBytes({ at, text, mark }: FinalBytes, number = 1): string | null {
  return (
    faultOf(deltaSchema, [number, at, text]) ??
    faultOf(markSchema, { kind: mark ?? 'text', from: at })
  )
}

function member(joining: object): Draft {
  return { type: 'member-joined', ...joining }
}

/** Ids that stand in keys and in entries of the log's own. */
function ids(...given: readonly string[]): readonly Draft[] {
  return given.map((messageId) => ({ type: 'question-queued', messageId }))
}

function faultIn(...drafts: readonly (Draft | readonly Draft[])[]): string | null {
  for (const draft of drafts.flat() as readonly Draft[]) {
    const fault = faultOf(entrySchema, { ...SOME_PLACE, ...draft })
    if (fault !== null) return `${draft.type}.${fault}`
  }
  return null
}

function faultOf(schema: v.GenericSchema, value: unknown): string | null {
  const { issues } = v.safeParse(schema, value, { abortEarly: true })
  return issues ? (v.getDotPath(issues[0]) ?? 'whole') : null
}
