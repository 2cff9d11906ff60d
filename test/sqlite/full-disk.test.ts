// A failed write to the file leaves nothing half done in the log, nor in memory.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { aRoom, refusalOf } from '../doubles/room.ts'

const SQLITE_FULL = 13

let log: RoomLog

beforeEach(async () => {
  let ids = 0
  const clock = { now: () => Date.now(), after: () => () => undefined }
  log = await openSqliteRoomLog({ path: ':memory:', clock, newId: () => `id-${ids++}` })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await log.close()
})

/** The next commit finds no space, after all its statements have succeeded. */
function fillBeforeCommit(): void {
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
  exec.mockImplementation(function (this: DatabaseSync, sql) {
    if (sql !== 'COMMIT') return void this.prepare(sql).run()
    exec.mockRestore()
    throw Object.assign(new Error('disk full'), { errcode: SQLITE_FULL })
  })
}

describe('[R2] an end whose commit finds the disk full', () => {
  test('leaves the answer to its owner, who ends it when there is space', async () => {
    const room = await aRoom(log)
    const running = await room.asked('alice', 'Why?')
    await room.queued('bob', 'How?')
    fillBeforeCommit()
    expect(await refusalOf(room.end(running, 'failed'))).toBe('storage-full')
    expect(await log.recover(() => room.newId('recovered'))).toEqual([])
    expect((await room.state()).running).toBe(running.number)
    expect(await room.end(running, 'failed')).toMatchObject({ ended: { outcome: 'failed' } })
  })
})
