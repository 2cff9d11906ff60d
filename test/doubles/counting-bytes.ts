/** Repeatable random bytes: they count up from call to call. */
export function countingBytes(): (size: number) => Uint8Array {
  let next = 0
  return (size) => Uint8Array.from({ length: size }, () => next++ % 256)
}
