import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import {
  anyEntrySchema,
  type Command,
  commandResultSchema,
  commandSchemas,
  type CommandType,
  type Entry,
  type EntryType,
  ERROR_CODES,
  errorBody,
  type ErrorCode,
  errorSchema,
  handshakeSchema,
  type NamedUpdate,
  parseUpdate,
  PROTOCOL_VERSION,
  Refusal,
  roomRequestSchema,
  sessionRequestSchema,
} from './index.ts'

/**
 * The hash of all schemas of each version, newest last. A different hash under the same version means that the wire has
 * changed and that an already loaded client would not understand it. Bump PROTOCOL_VERSION, describe the change in
 * version.ts, and add the line that the failing test prints. For an addition that such a client ignores (W2), keep the
 * version, describe the addition in version.ts, and replace the hash.
 */
const HASHES: Readonly<Record<number, string>> = {
  1: '70c999821beca340',
}

function isSchema(value: unknown): value is v.GenericSchema {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema'
}

const HERE = import.meta.dirname
const MODULES = ['*.ts', 'entries/*.ts', 'updates/*.ts']
  .flatMap((pattern) => globSync(pattern, { cwd: HERE }))
  .filter((file) => !file.endsWith('.test.ts') && file !== 'index.ts')
/** All exports of the protocol's modules, by name. */
const SCHEMAS = Object.assign(
  {},
  ...(await Promise.all(MODULES.map((file) => import(join(HERE, file))))),
) as Readonly<Record<string, unknown>>

/** Every schema by name, as JSON schema, without the parts it cannot express (transforms, checks). */
function wireShape(): string {
  const exported = Object.entries({ ...SCHEMAS, ...commandSchemas })
  const shapes = exported.flatMap(([name, schema]) =>
    isSchema(schema) ? [[name, toJsonSchema(schema, { errorMode: 'ignore' })] as const] : [],
  )
  return JSON.stringify(shapes.toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

const fact = { offset: 7, at: 1_767_225_600_000 }

const ENTRIES: { readonly [T in EntryType]: Extract<Entry, { type: T }> } = {
  'room-created': {
    ...fact,
    type: 'room-created',
    roomId: 'room',
    title: 'A room 🎉',
    model: 'claude',
    instructions: '',
  },
  'member-joined': { ...fact, type: 'member-joined', memberId: 'bob', name: 'Bob', role: 'member' },
  'message-posted': {
    ...fact,
    type: 'message-posted',
    messageId: 'm',
    by: 'bob',
    text: 'a\u0000\r\n',
    ask: true,
    quote: { of: 'g', text: 'as Claude said' },
    mentions: ['bob'],
    model: 'claude',
  },
  'message-edited': {
    ...fact,
    type: 'message-edited',
    messageId: 'm',
    by: 'bob',
    text: 'b',
    mentions: [],
  },
  'message-retracted': { ...fact, type: 'message-retracted', messageId: 'm', by: 'bob' },
  'settings-changed': {
    ...fact,
    type: 'settings-changed',
    by: 'bob',
    title: 't',
    model: 'claude',
    instructions: 'i',
    inviters: 'owner',
    thinking: true,
  },
  'invite-made': { ...fact, type: 'invite-made', inviteId: 'i', by: 'bob', until: 9 },
  'invites-ended': { ...fact, type: 'invites-ended', by: 'bob' },
  'member-left': { ...fact, type: 'member-left', memberId: 'bob', by: 'bob' },
  'question-queued': { ...fact, type: 'question-queued', messageId: 'm' },
  'question-withdrawn': { ...fact, type: 'question-withdrawn', messageId: 'm', by: 'bob' },
  'queue-resumed': { ...fact, type: 'queue-resumed', by: 'bob' },
  'generation-started': {
    ...fact,
    type: 'generation-started',
    generationId: 'g',
    number: 1,
    mode: 'retry',
    messageId: 'm',
    of: 'f',
    by: 'bob',
    model: 'claude',
  },
  'generation-ended': {
    ...fact,
    type: 'generation-ended',
    generationId: 'g',
    number: 1,
    outcome: 'cancelled',
    end: 12,
    digest: 'abc',
    held: true,
    by: 'bob',
    reason: 'enough',
    stop: 'end_turn',
    error: { code: 'overloaded', message: 'Claude is busy.' },
    usage: { inputTokens: 1, outputTokens: 2, estimated: true },
    omitted: true,
  },
}

const base = { commandId: 'c', roomId: 'room' }

const COMMANDS: { readonly [T in CommandType]: Extract<Command, { type: T }> } = {
  join: { type: 'join', ...base, since: { epoch: 'e', offset: 1, end: 2 } },
  leave: { type: 'leave', ...base },
  post: {
    type: 'post',
    ...base,
    text: 'Why?',
    ask: true,
    quote: { of: 'm', by: 'bob', text: 'so' },
    mentions: ['bob'],
    model: 'claude',
  },
  edit: { type: 'edit', ...base, messageId: 'm', text: 'How?', mentions: ['bob'] },
  retract: { type: 'retract', ...base, messageId: 'm' },
  configure: {
    type: 'configure',
    ...base,
    title: 't',
    model: 'claude',
    instructions: 'i',
    inviters: 'owner',
    thinking: false,
  },
  remove: { type: 'remove', ...base, memberId: 'bob' },
  look: { type: 'look', ...base, look: 'above' },
  cancel: { type: 'cancel', ...base, generationId: 'g', reason: 'enough' },
  retry: { type: 'retry', ...base, generationId: 'g' },
  continue: { type: 'continue', ...base, generationId: 'g' },
  withdraw: { type: 'withdraw', ...base, messageId: 'm' },
  resume: { type: 'resume', ...base },
  typing: { type: 'typing', ...base },
}

const epoch = 'e'
const run = { number: 1, at: 0, text: '🎉', marks: [{ kind: 'thinking', from: 0 }] } as const

const UPDATES: { readonly [T in NamedUpdate['type']]: Extract<NamedUpdate, { type: T }> } = {
  snapshot: {
    type: 'snapshot',
    state: {
      roomId: 'room',
      epoch,
      offset: 4,
      title: 'A room',
      model: 'claude',
      instructions: '',
      inviters: 'owner',
      thinking: true,
      invites: { open: [{ inviteId: 'i', by: 'bob', at: 1, until: 9 }], ended: true },
      earlier: true,
      queue: ['n'],
      held: true,
      hole: false,
      outdated: false,
      members: [{ memberId: 'bob', name: 'Bob', role: 'owner', joinedAt: 1 }],
      messages: [
        {
          kind: 'said',
          messageId: 'm',
          offset: 3,
          at: 1,
          by: 'bob',
          text: 'Why?',
          ask: true,
          withdrawn: false,
        },
        {
          kind: 'reply',
          generationId: 'g',
          offset: 4,
          at: 1,
          messageId: 'm',
          by: 'bob',
          mode: 'answer',
          model: 'claude',
          number: 1,
          text: '🎉',
          end: 4,
          marks: run.marks,
          ended: { outcome: 'completed', at: 2, stop: 'end_turn' },
        },
      ],
      running: null,
    },
  },
  tail: { type: 'tail', epoch, runs: [run], entries: Object.values(ENTRIES) },
  entries: { type: 'entries', epoch, entries: Object.values(ENTRIES) },
  synced: { type: 'synced' },
  presence: { type: 'presence', members: [{ memberId: 'bob', typing: true, look: 'behind' }] },
  heartbeat: { type: 'heartbeat', epoch, offset: 3, end: 4 },
  storage: { type: 'storage', error: errorBody('storage-unavailable') },
  closed: { type: 'closed', error: errorBody('shutting-down') },
}

/** The value as a socket delivers it. */
function overTheWire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}

describe('the wire contract', () => {
  test('[W4] has the shape of this protocol version', () => {
    const hash = createHash('sha256').update(wireShape()).digest('hex').slice(0, 16)
    expect({ [PROTOCOL_VERSION]: hash }).toEqual({ [PROTOCOL_VERSION]: HASHES[PROTOCOL_VERSION] })
  })

  test('is hashed with every command, update, entry and HTTP body', () => {
    const shape = wireShape()
    const names = [...Object.keys(COMMANDS), ...Object.keys(UPDATES), ...Object.keys(ENTRIES)]
    for (const name of names) expect(shape).toContain(`"const":"${name}"`)
    for (const name of [
      'sessionRequestSchema',
      'messagesPageSchema',
      'modelsSchema',
      'deltaSchema',
    ])
      expect(shape).toContain(`"${name}"`)
  })
})

describe('commands', () => {
  test.each(Object.values(COMMANDS))('$type arrives as it was sent', (command) => {
    expect(v.parse(commandSchemas[command.type], overTheWire(command))).toEqual(command)
  })

  test.each(Object.values(COMMANDS))('$type is refused without its ids', ({ type, ...rest }) => {
    for (const missing of ['commandId', 'roomId'])
      expect(v.is(commandSchemas[type], { type, ...rest, [missing]: undefined })).toBe(false)
  })

  test('fields of the wrong type are refused', () => {
    const wrong: readonly unknown[] = [
      { ...COMMANDS.post, text: 5 },
      { ...COMMANDS.post, ask: 'yes' },
      { ...COMMANDS.post, type: 'cancel' },
      { ...COMMANDS.post, roomId: 'no spaces, please' },
      { ...COMMANDS.post, commandId: 'x'.repeat(65) },
      null,
      [],
      'post',
    ]
    for (const input of wrong) expect(v.is(commandSchemas.post, input)).toBe(false)
    const since = { epoch, offset: -1, end: 0 }
    expect(v.is(commandSchemas.join, { ...COMMANDS.join, since })).toBe(false)
    const reason = 'x'.repeat(201)
    expect(v.is(commandSchemas.cancel, { ...COMMANDS.cancel, reason })).toBe(false)
  })

  test('extra fields are dropped', () => {
    const parsed = v.parse(commandSchemas.resume, { ...COMMANDS.resume, by: 'somebody else' })
    expect(parsed).toEqual(COMMANDS.resume)
  })

  test('results arrive as they were sent, accepted or refused', () => {
    const accepted = { ok: true, generationId: 'g', queued: false, outcome: 'cancelled', end: 3 }
    const refused = { ok: false, error: errorBody('queue-full') }
    for (const answer of [accepted, refused, { ok: true }])
      expect(v.parse(commandResultSchema, overTheWire(answer))).toEqual(answer)
    expect(v.is(commandResultSchema, { ok: false })).toBe(false)
  })

  test('the handshake carries a version', () => {
    expect(v.is(handshakeSchema, { version: PROTOCOL_VERSION })).toBe(true)
    expect(v.is(handshakeSchema, { token: 't' })).toBe(false)
  })
})

describe('updates', () => {
  test.each(Object.values(UPDATES))('$type arrives as it was sent', (update) => {
    expect(parseUpdate(overTheWire(update))).toEqual(update)
  })

  test('a delta arrives with its mark', () => {
    for (const delta of [
      [1, 0, '🎉'],
      [1, 4, '', 'thinking'],
      [1, 4, 'a\u0000\r\n', 'text'],
    ])
      expect(parseUpdate(overTheWire(delta))).toEqual(delta)
  })

  test('the additions of a later version to a delta are dropped and its text is kept', () => {
    expect(parseUpdate([1, 0, 'x', 'text', 'more'])).toEqual([1, 0, 'x', 'text'])
    expect(parseUpdate([1, 0, 'x', 'a kind of tomorrow'])).toEqual([1, 0, 'x'])
  })

  test('[W2] an update of an unknown type is ignored', () => {
    for (const input of [{ type: 'from-the-future' }, {}, null, 'text', 5, undefined])
      expect(parseUpdate(input)).toBeNull()
  })

  test('fields of the wrong type are refused', () => {
    const wrong: readonly unknown[] = [
      [1, 0],
      ['1', 0, 'x'],
      [1, -1, 'x'],
      [1, 0.5, 'x'],
      [1, 0, 5],
      { ...UPDATES.heartbeat, offset: '3' },
      { ...UPDATES.tail, runs: [{ ...run, at: null }] },
      { ...UPDATES.snapshot, state: { ...UPDATES.snapshot.state, offset: '3' } },
      { ...UPDATES.entries, epoch: undefined },
    ]
    for (const input of wrong) expect(parseUpdate(input)).toBeNull()
  })

  test('extra fields are dropped', () => {
    expect(parseUpdate({ ...UPDATES.heartbeat, mood: 'good' })).toEqual(UPDATES.heartbeat)
    const entries = [{ ...ENTRIES['queue-resumed'], mood: 'good' }]
    expect(parseUpdate({ type: 'entries', epoch, entries })).toEqual({
      type: 'entries',
      epoch,
      entries: [ENTRIES['queue-resumed']],
    })
  })
})

describe('entries', () => {
  test('an entry of an unknown type keeps its place and nothing else', () => {
    const unknown = { ...fact, type: 'from-the-future', secret: 'x' }
    expect(v.parse(anyEntrySchema, unknown)).toEqual({ ...fact, type: 'from-the-future' })
    expect(v.is(anyEntrySchema, { type: 'from-the-future', at: 1 })).toBe(false)
  })

  test.each(Object.values(ENTRIES))('$type with a wrong field is not an unknown entry', (entry) => {
    const field = Object.keys(entry).at(-1) ?? ''
    expect(v.is(anyEntrySchema, { ...entry, [field]: [7] })).toBe(false)
    expect(v.is(anyEntrySchema, { ...entry, offset: '7' })).toBe(false)
  })
})

describe('errors', () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[]

  test.each(codes)('%s has a sentence for the user', (code) => {
    const body = errorBody(code)
    expect(body.message).toMatch(/^[A-Z].*\.$/)
    expect(v.parse(errorSchema, overTheWire(body))).toEqual(body)
  })

  test('a refusal carries its code, a sentence, and whether to retry', () => {
    expect(new Refusal('queue-full').body).toEqual({
      code: 'queue-full',
      message: ERROR_CODES['queue-full'],
      retryable: true,
    })
    expect(new Refusal('not-yours', 'Only Bob may do this.').body).toEqual({
      code: 'not-yours',
      message: 'Only Bob may do this.',
      retryable: false,
    })
  })
})

describe('HTTP bodies', () => {
  test('a name is trimmed, and cannot be empty or too long', () => {
    expect(v.parse(sessionRequestSchema, { name: '  Bob \n B. ' })).toEqual({ name: 'Bob B.' })
    for (const name of ['', '   ', 'x'.repeat(41), 5])
      expect(v.is(sessionRequestSchema, { name })).toBe(false)
    expect(v.parse(sessionRequestSchema, { key: 'k', name: 5 })).toEqual({ key: 'k' })
  })

  test('a room can be requested with defaults only', () => {
    expect(v.parse(roomRequestSchema, {})).toEqual({ title: '', instructions: '' })
    expect(v.is(roomRequestSchema, { title: 'x'.repeat(121) })).toBe(false)
    expect(v.is(roomRequestSchema, { instructions: 'x'.repeat(8001) })).toBe(false)
  })
})
