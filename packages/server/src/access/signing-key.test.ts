import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countingBytes } from '@roomcast/test/doubles/counting-bytes.ts'
import { loadSigningKey, SIGNING_KEY_FILE } from './signing-key.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'roomcast-key-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

describe('the signing key', () => {
  it('is created once, for its owner only, and read afterwards', async () => {
    const data = join(directory, 'made', 'on', 'demand')
    const random = countingBytes()
    const first = await loadSigningKey(data, random)
    expect(first).toHaveLength(32)
    expect(await loadSigningKey(data, random)).toEqual(first)
    expect((await stat(join(data, SIGNING_KEY_FILE))).mode & 0o777).toBe(0o600)
    expect(await readdir(data)).toEqual([SIGNING_KEY_FILE])
  })

  it('is the same for all concurrent starts', async () => {
    const random = countingBytes()
    const keys = await Promise.all([1, 2, 3, 4].map(() => loadSigningKey(directory, random)))
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex')))).toHaveProperty('size', 1)
  })

  it('is refused if it has another size', async () => {
    await writeFile(join(directory, SIGNING_KEY_FILE), 'short')
    await expect(loadSigningKey(directory, countingBytes())).rejects.toThrow(/damaged.*32 bytes/)
  })

  it('is refused with the reason if it cannot be read', async () => {
    await rm(directory, { recursive: true })
    await writeFile(directory, 'a file, not a directory')
    await expect(loadSigningKey(directory, countingBytes())).rejects.toThrow(
      /cannot be used \(ENOTDIR\); check the rights/,
    )
  })
})
