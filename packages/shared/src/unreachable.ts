/** Marks a branch that the types rule out; throws if a value of another type gets there at run time. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
