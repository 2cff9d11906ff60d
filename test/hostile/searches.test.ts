// Ten free sessions that search, page, export and join as much as they may, in a room full of text that grows when
// normalized.
import { randomBytes } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { loadSigningKey } from '@roomcast/server/access/signing-key.ts'
import { Tokens } from '@roomcast/server/access/tokens.ts'
import { print } from '../fault/figures.ts'
import { House } from '../process/house.ts'
import { Person } from '../support/person.ts'
import { quantile, startWitness } from './listening.ts'
import { RawWire } from './raw-wire.ts'

const isLong = process.env['HOSTILE_INPUTS'] !== undefined
const ROUNDS = isLong ? 4 : 1
const POSTS = isLong ? 7 : 1
const QUIET_POSTS = isLong ? 150 : 20
/** 21,000 of a character that expands to 18: in UTF-8 the maximum size of a message. */
const GROWS = '\ufdfa'.repeat(21_000)

it(
  '[R7.1] ten free sessions that search wait for each other, and nobody else waits for them',
  { timeout: 20 * 60_000 },
  async () => {
    const house = await House.open()
    onTestFinished(() => house.close())
    const { url, port } = house.server
    const mallory = await Person.come(url, 'Mallory')
    const { roomId, invite } = await mallory.makeRoom('Many words')
    const tokens = new Tokens(await loadSigningKey(house.directory, randomBytes), {
      now: () => Date.now(),
    })
    const sessions = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        tokens.sign('session', { subject: `free-${at}`, name: 'Free' }, 3_600_000),
      ),
    )
    const call = (token: string, path: string) =>
      fetch(`${url}/api/rooms/${roomId}/${path}`, { headers: { authorization: `Bearer ${token}` } })
    for (const token of sessions) {
      const accepted = await fetch(`${url}/api/invites/accept`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ invite }),
      })
      expect(accepted.status).toBe(200)
      const wire = await RawWire.admitted(port, token)
      for (let at = 1; at <= POSTS; at++)
        await wire.command(
          { type: 'post', commandId: `c${at}`, roomId, text: GROWS, ask: false },
          at,
        )
      wire.close()
    }

    const witness = startWitness(house)
    await expect.poll(() => witness.posts.length).toBeGreaterThan(3 + QUIET_POSTS)
    const quiet = witness.posts.slice(3)
    const seen = witness.posts.length
    const statuses = new Map<number, number>()
    let isReady = true
    const attack = async (token: string) => {
      for (let round = 0; round < ROUNDS; round++) {
        const answers = await Promise.all(
          [
            ...['b'.repeat(200), '\ufdfa', 'صلى الله', 'x y z'].map(
              (words) => `search?q=${encodeURIComponent(words)}`,
            ),
            'messages?limit=100',
            'export?format=json',
          ].map((path) => call(token, path)),
        )
        for (const answer of answers) {
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
          await answer.arrayBuffer()
        }
        isReady &&= (await fetch(`${url}/readyz`)).status === 200
      }
    }
    await Promise.all(sessions.map(attack))
    const meanwhile = witness.posts.slice(seen)
    witness.end()
    const [calm, loud] = [quiet, meanwhile].map((posts) => quantile(posts, 0.5))
    print('searches', Object.fromEntries(statuses))
    print('others while ten search', {
      'quiet ms': (calm ?? 0).toFixed(1),
      'meanwhile ms': (loud ?? 0).toFixed(1),
      'meanwhile p95 ms': quantile(meanwhile, 0.95).toFixed(1),
      ratio: ((loud ?? Infinity) / (calm ?? Infinity)).toFixed(2),
    })
    expect([...statuses.keys()].every((status) => status === 200 || status === 429)).toBe(true)
    expect(statuses.get(200)).toBeGreaterThan(0)
    expect(meanwhile.every(({ ok }) => ok)).toBe(true)
    expect(isReady).toBe(true)
    if (isLong) expect((loud ?? Infinity) / (calm ?? Infinity)).toBeLessThanOrEqual(2)
  },
)
