// The key that signs sessions, personal links and invites: a file in the data directory.
//
// Guarantees: created once, readable only by its owner, complete or absent; two concurrent starts agree on one key.
// Anyone with the file can impersonate anybody here; losing it ends all sessions and invites.
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'

export const SIGNING_KEY_FILE = 'signing.key'
const KEY_BYTES = 32

/** Returns `size` unpredictable bytes. */
export type RandomBytes = (size: number) => Uint8Array

/**
 * Reads the key in `dataDirectory` (32 bytes), or creates the directory and the key if there is none.
 * Throws an Error with advice if the file cannot be read or written, or has another size.
 */
export async function loadSigningKey(
  dataDirectory: string,
  random: RandomBytes,
): Promise<Uint8Array> {
  const file = join(dataDirectory, SIGNING_KEY_FILE)
  try {
    const key = (await read(file)) ?? (await make(dataDirectory, file, random))
    if (key.length === KEY_BYTES) return key
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new Error(
      `The signing key ${file} cannot be used (${code}); check the rights of the file and its directory.`,
      { cause },
    )
  }
  throw new Error(
    `The signing key ${file} is damaged: it must have ${KEY_BYTES} bytes. Restore it, or remove it to make a new one, which ends all sessions and invites.`,
  )
}

async function read(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function make(directory: string, file: string, random: RandomBytes): Promise<Uint8Array> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = `${file}.${Buffer.from(random(8)).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(random(KEY_BYTES))
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    // Unlike a rename, a link never replaces a key that another process created meanwhile.
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
  return await readFile(file)
}
