// Listens to somebody who only posts (witness.ts) while others attack.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { House } from '../process/house.ts'

const WITNESS = fileURLToPath(new URL('witness.ts', import.meta.url))

/** Starts the witness in a process of its own and collects its results. */
export function startWitness(house: House) {
  const { port } = house.server
  const child = spawn(process.execPath, [WITNESS, String(port), house.alice.token, house.roomId], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  const posts: { ms: number; ok: boolean }[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) posts.push(JSON.parse(line) as { ms: number; ok: boolean })
  })
  return { posts, end: () => child.stdin.end() }
}

/** The time that this fraction of the posts took at most, ms. */
export function quantile(posts: readonly { ms: number }[], part: number): number {
  const sorted = posts.map(({ ms }) => ms).sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length * part)] ?? Infinity
}
