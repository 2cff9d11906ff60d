// A room as stored in Redis, read without any of the code that wrote it, except for the names of the keys.
import type { Redis } from 'ioredis'
import type { Entry, Kind, Run } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { Keys } from '@roomcast/server/log/redis/keys.ts'
import type { Reading } from '@roomcast/server/judge/room-log.ts'

const KEYS = new Keys('roomcast')

/** The position of the room and its unfinished work; null if there is none. */
export async function restlessness(
  redis: Redis,
  roomId: string,
): Promise<{ offset: number; why: string | null }> {
  const [room = '', , , , queue = ''] = KEYS.room(roomId)
  const [running, held, offset] = await redis.hmget(room, 'running', 'held', 'offset')
  const waiting = await redis.llen(queue)
  const why =
    running !== '' ? `${running} runs` : waiting > 0 && held !== '1' ? `${waiting} wait` : null
  return { offset: Number(offset), why }
}

/** Everything from the first entry on, without checkpoints. */
export async function readStored(redis: Redis, roomId: string): Promise<Reading> {
  const [room = '', stream = ''] = KEYS.room(roomId)
  const epoch = (await redis.hget(room, 'epoch')) ?? ''
  const items = await redis.xrange(stream, '-', '+')
  const entries = items.map(([, [, json = '']]) => JSON.parse(json) as Entry)
  const runs: Run[] = []
  for (const entry of entries) {
    if (entry.type !== 'generation-started') continue
    const [generation, reply] = KEYS.generation(roomId, entry.generationId)
    const [text, marks] = await Promise.all([redis.get(reply), redis.hget(generation, 'marks')])
    const { number } = entry
    runs.push({
      number,
      at: 0,
      text: text ?? '',
      marks: [...(marks ?? '').matchAll(MARK)].map(markOf),
    })
  }
  return { checkpoint: emptyRoom(roomId, epoch), entries, runs }
}

const MARK = /(thinking|text) (\d+)/g

function markOf([, kind, from]: RegExpMatchArray): { kind: Kind; from: number } {
  return { kind: kind as Kind, from: Number(from) }
}
