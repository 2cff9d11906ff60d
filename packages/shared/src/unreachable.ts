/** Marks a branch that the types rule out; throws if a value reaches it at run time. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
