import { DEADLINE_MS } from './deadline.ts'

/**
 * Waits for a condition on an object that announces its changes; fails with `what` if the condition does not hold in
 * time.
 */
export function until<T>(
  what: string,
  look: () => T | null | undefined | false,
  onChange: (listener: () => void) => () => void,
  longestMs = DEADLINE_MS,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop: () => void = () => undefined
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`waited ${longestMs} ms for: ${what}`))
    }, longestMs)
    const check = () => {
      const found = look()
      if (found === null || found === undefined || found === false) return false
      clearTimeout(timer)
      stop()
      resolve(found)
      return true
    }
    if (!check()) stop = onChange(() => void check())
  })
}
