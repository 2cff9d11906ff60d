// A server that must not start says why in plain words, and does not disturb the running one.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startRefused, startServerProcess, temporaryDirectory } from '../support/server-process.ts'
import { House } from './house.ts'

describe('a second server on the same data', () => {
  it('is refused with a plain sentence, and the first goes on', async () => {
    const house = await House.open()
    onTestFinished(() => house.close())
    const seat = await house.sit(house.alice)
    await seat.ask('How? [simulate: length=3000 gap=10]')
    await seat.reads(100)
    const { code, stderr } = await startRefused({ DATA_DIR: house.directory })
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^Another Roomcast process is using .+ Stop it first, or choose/),
    ])
    expect((await seat.ended()).ended).toMatchObject({ outcome: 'completed' })
    expect((await house.asked()).text).toBe(seat.reply.text)
  })
})

describe('an invalid configuration', () => {
  it('is reported in full, without secrets, and nothing starts', async () => {
    const directory = await temporaryDirectory()
    onTestFinished(() => directory.remove())
    const { code, stderr } = await startRefused({
      DATA_DIR: directory.path,
      PORT: 'many',
      MAX_TOKENS: '0',
      LOG_LEVEL: 'loud',
      ANTHROPIC_API_KEY: 'my secret key',
      ANTHROPIC_BASE_URL: 'ftp://claude',
      SIMULATOR_PACE: 'slow',
    })
    expect(code).toBe(1)
    const lines = stderr.trim().split('\n')
    const names = lines.map((line) => line.split(' ')[0])
    expect(names.sort()).toEqual([
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_BASE_URL',
      'LOG_LEVEL',
      'MAX_TOKENS',
      'PORT',
      'SIMULATOR_PACE',
    ])
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+ must .+\.$/)
    expect(stderr).not.toContain('secret')
  })

  it('may be an impossible data directory', async () => {
    const { code, stderr } = await startRefused({ DATA_DIR: '/dev/null/data' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Roomcast could not start: .+\n$/)
  })

  it('may be a port that is in use', async () => {
    const house = await House.open()
    onTestFinished(() => house.close())
    const directory = await temporaryDirectory()
    onTestFinished(() => directory.remove())
    const { code, stderr } = await startRefused({
      DATA_DIR: directory.path,
      PORT: String(house.server.port),
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/EADDRINUSE/)
  })
})

describe('the data directory', () => {
  it('can be read by nobody else on the machine', async () => {
    const directory = await temporaryDirectory()
    const path = join(directory.path, 'data')
    const server = await startServerProcess({ DATA_DIR: path })
    onTestFinished(async () => {
      await server.kill()
      await directory.remove()
    })
    const others = 0o077
    const found = readdirSync(path)
    expect(found).toContain('roomcast.sqlite')
    for (const name of ['.', ...found]) expect(statSync(join(path, name)).mode & others).toBe(0)
  })
})
