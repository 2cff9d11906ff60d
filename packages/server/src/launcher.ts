// Notices that the `npx` behind this program has ended: `npx` runs the package manager through a shell, which does not
// forward signals. The shell ends with `npx`, the package manager gets a new parent, and this program shuts down.
//
// Linux only, where /proc shows parents. On other systems a signal has to be sent to the node itself.
import { readFileSync } from 'node:fs'
import type { Clock } from '@roomcast/shared/clock'

/** How often the parent is checked, ms. */
const POLL_MS = 500

/**
 * Calls `onGone` once when the `npx` that started this program has ended; never if there was none.
 * @param pid the parent of this program
 * @returns cancels the watch
 */
export function watchLauncher(
  clock: Pick<Clock, 'after'>,
  pid: number,
  onGone: () => void,
): () => void {
  const shell = parentOf(pid)
  const npx = shell === null ? null : parentOf(shell)
  // npm sets the title of its process itself.
  if (shell === null || npx === null || !/^npm exec\b/.test(titleOf(npx))) return () => undefined
  let stop: () => void = () => undefined
  const poll = () => {
    if (parentOf(pid) !== shell) return onGone()
    stop = clock.after(POLL_MS, poll)
  }
  stop = clock.after(POLL_MS, poll)
  return () => stop()
}

/** The parent of a process; null if the process has ended or the parent is unknown. */
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
    // ignored because: the process has ended, or there is no /proc
    return ''
  }
}
