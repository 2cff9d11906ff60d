// Laptops that are suspended in the middle of an answer, and wake up when everything has changed.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { House } from '../process/house.ts'
import { guarded } from '../support/guarded.ts'
import type { Person } from '../support/person.ts'
import { until } from '../support/until.ts'
import { figure, isFullScale } from './figures.ts'

const PROGRAM = fileURLToPath(new URL('./sleeper.ts', import.meta.url))

interface Shown {
  readonly status: string
  readonly code: string | null
  readonly text: string
  readonly outcome: string | null
}

class Sleeper {
  /** Everything that its screen has shown, in order. */
  readonly shown: Shown[] = []
  readonly #child: ChildProcess
  readonly #listeners = new Set<() => void>()

  constructor(person: Person, roomId: string) {
    const [command = '', ...rest] = guarded([process.execPath, PROGRAM])
    this.#child = spawn(command, [...rest, person.url, person.token, roomId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    this.#child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      const lines = (text + more).split('\n')
      text = lines.pop() ?? ''
      this.shown.push(...lines.map((line) => JSON.parse(line) as Shown))
      for (const listener of this.#listeners) listener()
    })
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  sleep(): void {
    this.#child.kill('SIGSTOP')
  }

  wake(): void {
    this.#child.kill('SIGCONT')
  }

  until(what: string, holds: (shown: Shown) => boolean): Promise<Shown> {
    const look = () => {
      const newest = this.shown.at(-1)
      return newest && holds(newest) ? newest : null
    }
    const listen = (listener: () => void) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    }
    return until(`a sleeper: ${what}`, look, listen)
  }
}

test('[R1][R6.1] suspended pages wake up to the exact text, to a deleted room, and to an expired session', async () => {
  const house = await House.open({ LOG_LEVEL: 'warn' })
  onTestFinished(() => house.close())
  const { alice, bob, roomId } = house
  const other = await alice.makeRoom('To be removed')
  await bob.accept(other.invite)
  const seat = await house.sit(alice)
  const [reader, guest] = [new Sleeper(bob, roomId), new Sleeper(bob, other.roomId)]
  await guest.until('live', ({ status }) => status === 'live')
  await reader.until('live', ({ status }) => status === 'live')
  await seat.ask('A story. [simulate: length=3000 chunk=10 gap=10]')
  await reader.until('some of it', ({ text }) => text.length > 100)
  for (const sleeper of [reader, guest]) sleeper.sleep()
  const { text, ended } = await seat.ended(1)
  expect(ended?.outcome).toBe('completed')
  const headers = { authorization: `Bearer ${alice.token}` }
  await fetch(`${alice.url}/api/rooms/${other.roomId}`, { method: 'DELETE', headers })
  // The server gives up the links after it has waited long enough for pongs.
  if (isFullScale) await expect.poll(() => figure(house.server.url, 'roomcast_watchers')).toBe(1)
  else {
    // Or the link is dead because the server was restarted.
    await house.server.kill()
    await house.start()
  }
  for (const sleeper of [reader, guest]) sleeper.wake()
  const woken = await reader.until('all of it', ({ outcome }) => outcome !== null)
  expect(woken).toMatchObject({ text, outcome: 'completed' })
  await reader.until('live again', ({ status }) => status === 'live')
  const gone = await guest.until('refused', ({ status }) => status === 'refused')
  expect(gone.code).toBe('room-not-found')
  // Every text shown was a prefix of the final text.
  for (const { text: before } of reader.shown) expect(text.startsWith(before)).toBe(true)

  reader.sleep()
  await house.server.kill()
  await house.start({ SIGNING_KEY: 'fedcba9876543210'.repeat(4) })
  reader.wake()
  const refused = await reader.until('refused', ({ status }) => status === 'refused')
  expect(refused).toMatchObject({ code: 'unauthenticated', text })
})
