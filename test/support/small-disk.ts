// A file system of 2 MB that can be filled to the last byte.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  readonly path: string
  /** Takes all free space. */
  fill(): void
  /** Frees that space again. */
  freeUp(): void
  unmount(): void
}

/** Mounts one, or returns why this machine cannot. */
export function mountSmallDisk(): SmallDisk | { readonly reason: string } {
  if (process.getuid?.() !== 0) return { reason: 'only root may mount a small disk' }
  const path = mkdtempSync(join(tmpdir(), 'roomcast-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'pipe' })
  } catch {
    rmSync(path, { recursive: true })
    return { reason: 'a small disk cannot be mounted here' }
  }
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: () => fillWith(ballast),
    freeUp: () => rmSync(ballast, { force: true }),
    unmount: () => {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

function fillWith(ballast: string): void {
  const file = openSync(ballast, 'a')
  try {
    for (let size = 64 * 1024; size >= 1; size = size > 4096 ? size / 2 : size)
      for (;;) {
        if (writeSync(file, Buffer.alloc(size)) === 0) break
      }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}
