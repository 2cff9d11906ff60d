// What the contract suite needs from each adapter, and the lifetime of one log around each test.
import { afterEach, beforeEach, type TestContext } from 'vitest'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'

/** Storage of its own for one test. Its clock advances with every reading. */
export interface LogUnderTest {
  /** Opens a log on the empty storage. */
  open(): Promise<RoomLog>
  /**
   * Opens a log on the same storage after the first was closed, as after a crash of its process: no living process owns
   * the running generations. Absent where nothing outlives the log; tests that need it are skipped.
   */
  reopen?(): Promise<RoomLog>
  /**
   * From now on the clock of the storage shows an earlier time than the last entry of the room. @returns the time of
   * the last entry
   */
  setClockBack(roomId: string): Promise<number>
  cleanup(): Promise<void>
}

export type Setup = () => Promise<LogUnderTest>

export interface LogInUse {
  readonly log: RoomLog
  /** Closes the log and opens its successor on the same storage. */
  reopen(context: TestContext): Promise<RoomLog>
  /** See LogUnderTest. */
  setClockBack(roomId: string): Promise<number>
}

/** Opens a fresh log before each test of the surrounding `describe` and closes it after. */
export function useLog(setup: Setup): LogInUse {
  let underTest: LogUnderTest | null = null
  let log: RoomLog | null = null

  const current = (): RoomLog => {
    if (log === null) throw new Error('the log is open only while a test runs')
    return log
  }

  beforeEach(async () => {
    underTest = await setup()
    log = await underTest.open()
  })

  afterEach(async () => {
    await log?.close()
    await underTest?.cleanup()
    log = null
    underTest = null
  })

  return {
    get log() {
      return current()
    },
    async reopen(context) {
      if (underTest?.reopen === undefined) return context.skip('nothing outlives this log')
      await current().close()
      log = await underTest.reopen()
      return log
    },
    setClockBack(roomId) {
      if (underTest === null) throw new Error('the log is open only while a test runs')
      return underTest.setClockBack(roomId)
    },
  }
}
