/** Waits for something to become true of a thing that tells its changes; fails with `what` after a deadline. */
export function until<T>(
  what: string,
  look: () => T | null | undefined | false,
  onChange: (listener: () => void) => () => void,
  deadlineMs = 30_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop: () => void = () => undefined
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`waited ${deadlineMs} ms for: ${what}`))
    }, deadlineMs)
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
