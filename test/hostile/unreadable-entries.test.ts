// A room with an unreadable entry, as an older fault may have left one, at each offset and broken in many ways: the
// room opens and can be paged, searched, exported and asked in; the entry keeps its place.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConversation } from '@roomcast/server/generation/conversation.ts'
import { systemClock } from '@roomcast/server/clock.ts'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import type { PagePlace } from '@roomcast/server/room/message-pages.ts'
import { transcriptJson, transcriptMarkdown } from '@roomcast/server/room/transcript.ts'
import {
  anyEntrySchema,
  type Entry,
  messagesPageSchema,
  roomStateSchema,
} from '@roomcast/shared/protocol'
import { testRooms } from '../doubles/rooms.ts'

const folder = mkdtempSync(join(tmpdir(), 'roomcast-unreadable-'))
const path = join(folder, 'roomcast.sqlite')
afterAll(() => rmSync(folder, { recursive: true }))

let ids = 0
const newId = () => `id-${(ids += 1)}`
const open = () => openSqliteRoomLog({ path, clock: systemClock, newId })
const reads = (
  schema: { readonly '~standard': { validate(value: unknown): object } },
  value: unknown,
) => expect(schema['~standard'].validate(value)).not.toHaveProperty('issues')

let bodies: string[] = []
let whole: Buffer
beforeAll(async () => {
  const log = await open()
  const made = {
    commandId: newId(),
    roomId: 'room',
    title: 'Room',
    model: 'claude',
    instructions: '',
  }
  await log.createRoom({ ...made, owner: { memberId: 'alice', name: 'Alice' } })
  await post(log, 'Hello.', false)
  for (const text of ['One?', 'Two?']) {
    const { started } = await post(log, text, true)
    if (!started) throw new Error('nothing was started')
    await log.end('room', {
      generationId: started.generationId,
      fence: started.fence,
      outcome: 'completed',
      final: { at: 0, text: `${text} Answered.`, mark: 'text' },
      usage: { inputTokens: 1, outputTokens: 1, estimated: false },
      next: null,
    })
  }
  await log.amend('room', { commandId: newId(), by: 'alice', type: 'configure', title: 'Other' })
  await log.close()
  const file = new DatabaseSync(path)
  bodies = (
    file.prepare('SELECT body FROM entries ORDER BY entry_offset').all() as { body: string }[]
  ).map(({ body }) => body)
  file.close()
  whole = readFileSync(path)
})

function post(log: RoomLog, text: string, ask: boolean) {
  const fresh = { commandId: newId(), messageId: newId(), generationId: newId() }
  return log.post('room', { ...fresh, by: 'alice', text, ask })
}

type Break = (entry: Entry) => string
const set =
  (more: object): Break =>
  (entry) =>
    JSON.stringify({ ...entry, ...more })
const BREAKS: Readonly<Record<string, Break>> = {
  'is no JSON': () => '{"offset":',
  'is empty': () => '',
  'is null': () => 'null',
  'is a list': () => '[]',
  'is a word': () => '"entry"',
  'has nothing in it': () => '{}',
  'is deep': () => '['.repeat(100_000) + ']'.repeat(100_000),
  'has no type': set({ type: undefined }),
  'has a type that is none': set({ type: 5 }),
  'is of a type of a later version': set({ type: 'hologram-shown' }),
  'says that it is elsewhere': set({ offset: 9_999_999 }),
  'was written at no time': set({ at: -1 }),
  'was written in a year that no calendar has': set({ at: Number.MAX_SAFE_INTEGER }),
  'has fields of other types': (entry) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(entry).map(([name, value]) => [name, name === 'type' ? value : [value]]),
      ),
    ),
  'counts what is no count': set({ usage: {}, number: -5 }),
  'has usage that is none': set({ usage: { inputTokens: 1e300 } }),
  'has no usage but null': set({ usage: null }),
  'has a reason that is none': set({ stop: true, reason: 5, error: 'word' }),
}

/** Stores the room as it was made, except for one entry. */
function store(offset: number, body: string): void {
  writeFileSync(path, whole)
  const file = new DatabaseSync(path)
  file.prepare('UPDATE entries SET body = ? WHERE entry_offset = ?').run(body, offset)
  file.exec('DELETE FROM checkpoints')
  file.close()
}

describe('[R5] a room with an entry that', () => {
  it.each(Object.entries(BREAKS))('%s is read, whatever the entry’s offset', async (_, broken) => {
    for (const [at, body] of bodies.entries()) {
      store(at + 1, broken(JSON.parse(body) as Entry))
      const log = await open()
      await isRead(log, at + 1)
      await log.close()
    }
  })

  it('has bad optional fields is read without them', async () => {
    const at = bodies.findIndex((body) => body.includes('generation-ended'))
    store(at + 1, set({ usage: {}, stop: true })(JSON.parse(bodies[at] ?? '') as Entry))
    const log = await open()
    const { entries } = await log.read('room')
    await log.close()
    expect(entries[at]).toMatchObject({ type: 'generation-ended', outcome: 'completed' })
    expect(entries[at]).not.toHaveProperty('usage')
  })
})

async function wholeOf(chunks: AsyncIterable<string>): Promise<string> {
  let whole = ''
  for await (const chunk of chunks) whole += chunk
  return whole
}

async function isRead(log: RoomLog, offset: number): Promise<void> {
  const { entries } = await log.read('room')
  expect(entries.map((entry) => entry.offset)).toEqual(bodies.map((_, index) => index + 1))
  for (const entry of entries) reads(anyEntrySchema, entry)
  const rooms = testRooms(log, systemClock, newId)
  // If the owner's own entry is unreadable, no member is left who could ask.
  if (offset > 2) {
    const source = await rooms.transcript('alice', 'room')
    const markdown = await wholeOf(transcriptMarkdown(source))
    expect(markdown.match(/^## /gm)?.length).toBeGreaterThanOrEqual(4)
    const json = await wholeOf(transcriptJson(await rooms.transcript('alice', 'room')))
    expect(JSON.parse(json)).toHaveProperty('messages')
    const places: PagePlace[] = [{}, { after: 0 }, { around: offset }]
    for (const place of places)
      reads(messagesPageSchema, await rooms.page('alice', 'room', place, 2))
    expect(
      (await rooms.search('alice', 'room', 'answered', undefined)).found.length,
    ).toBeGreaterThanOrEqual(1)
  }
  await rooms.close()
  const asked = await log.post('room', {
    ...{ commandId: newId(), messageId: newId(), generationId: newId() },
    ...{ by: 'alice', text: 'And now?', ask: true },
  })
  if (!asked.started) throw new Error('nothing was started')
  const conversation = await readConversation(log, asked.started, 10_000)
  expect(conversation.history.length).toBeGreaterThanOrEqual(4)
  await log.end('room', {
    generationId: asked.started.generationId,
    outcome: 'cancelled',
    by: 'alice',
    next: null,
  })
  const last = await log.read('room')
  reads(roomStateSchema, last.checkpoint)
}
