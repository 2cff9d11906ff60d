// The contract on the SQLite adapter: in memory, and on a file that outlives the log.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@roomcast/shared/clock'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { describeRoomLog } from './room-log-contract.ts'

/** A clock that moves on by 1 ms whenever it is read; nothing waits for it. */
class SteppingClock implements Clock {
  #now = Date.UTC(2026, 0, 1)

  now(): number {
    return (this.#now += 1)
  }

  after(): () => void {
    return () => undefined
  }

  /** Gives the time that it has shown last. */
  setBack(): number {
    const before = this.#now
    this.#now -= 24 * 60 * 60 * 1000
    return before
  }
}

function countingIds(): () => string {
  let count = 0
  return () => `id-${(count += 1)}`
}

function optionsFor(path: string) {
  const onFollowerError = () => undefined
  return { path, clock: new SteppingClock(), newId: countingIds(), onFollowerError }
}

/** What is written is checked: nothing of the contract offends. */
describeRoomLog('SQLite in memory', () => {
  const options = optionsFor(':memory:')
  const onFault = (call: string, where: string) => {
    throw new Error(`${call} would write ${where}`)
  }
  return Promise.resolve({
    open: () => openSqliteRoomLog({ ...options, onFault }),
    setClockBack: async () => options.clock.setBack(),
    cleanup: () => Promise.resolve(),
  })
})

describeRoomLog('SQLite in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'roomcast-log-'))
  const options = optionsFor(join(folder, 'log.sqlite'))
  const open = () => openSqliteRoomLog(options)
  const setClockBack = async () => options.clock.setBack()
  return { open, reopen: open, setClockBack, cleanup: () => rm(folder, { recursive: true }) }
})
