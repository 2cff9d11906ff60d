// The end of whoever started this program, where that tells it nothing: `npx` runs the package manager through a shell, and the
// shell does not pass signals on. It ends with `npx`, the package manager is left without its parent, and this program goes down.
//
// Linux only, where /proc tells who started whom. Elsewhere a signal has to be sent to the node itself.
import { readFileSync } from 'node:fs'
import type { Clock } from '@roomcast/shared/clock'

/** How often it is looked at, ms. */
const POLL_MS = 500

/**
 * Calls `onGone` once when the `npx` that this program was started by has ended; never where there was none.
 * @param pid of this program's parent
 * @returns calls it off
 */
export function watchLauncher(
  clock: Pick<Clock, 'after'>,
  pid: number,
  onGone: () => void,
): () => void {
  const shell = parentOf(pid)
  const npx = shell === null ? null : parentOf(shell)
  // The title of the process, which npm sets itself.
  if (shell === null || npx === null || !/^npm exec\b/.test(titleOf(npx))) return () => undefined
  let stop: () => void = () => undefined
  const poll = () => {
    if (parentOf(pid) !== shell) return onGone()
    stop = clock.after(POLL_MS, poll)
  }
  stop = clock.after(POLL_MS, poll)
  return () => stop()
}

/** The process that started another; null when that has ended, or it cannot be told. */
function parentOf(pid: number): number | null {
  const parent = /^PPid:\s+(\d+)$/m.exec(procFile(pid, 'status'))?.[1]
  return parent === undefined ? null : Number(parent)
}

function titleOf(pid: number): string {
  return procFile(pid, 'cmdline').replaceAll('\0', ' ')
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // ignored because: there is no such process any more, or no /proc
    return ''
  }
}
