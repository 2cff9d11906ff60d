// A node started as in the README, through npx and the package manager: ending npx shuts the node down cleanly.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../support/server-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

it.runIf(process.platform === 'linux')('SIGTERM to npx shuts the node down cleanly', async () => {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory.remove())
  // The command that `start` runs once the page is built.
  const program = ['pnpm@12', 'exec', 'node', 'packages/server/src/main.ts']
  const npx = spawn('npx', ['-y', ...program], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0', DATA_DIR: directory.path, SIMULATOR_PACE: 'fast' },
  })
  let said = ''
  for (const stream of [npx.stdout, npx.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  await expect.poll(() => said).toContain('Roomcast is open at')
  const url = /open at (http:\/\/[^\s/"]+)/.exec(said)?.[1] ?? ''
  expect((await fetch(`${url}/livez`)).status).toBe(200)
  npx.kill('SIGTERM')
  await expect.poll(() => said).toContain('the node has gone down')
  expect(said).toContain('Going down')
  const answers = () =>
    fetch(`${url}/livez`).then(
      () => true,
      () => false,
    )
  await expect.poll(answers).toBe(false)
})
