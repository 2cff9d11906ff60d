// The contract on the SQLite adapter: in memory, and on a file that outlives the log.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { describeRoomLog } from './room-log-contract.ts'

/** A clock that advances by 1 ms with every reading; no timer falls due by it. */
class SteppingClock extends SimulatedClock {
  override now(): number {
    this.sleep(1)
    return super.now()
  }

  /** Returns the time it showed last. */
  setBack(): number {
    const before = super.now()
    this.sleep(-24 * 60 * 60 * 1000)
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

/** Entries are checked as they are written: no test of the contract writes an invalid one. */
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
