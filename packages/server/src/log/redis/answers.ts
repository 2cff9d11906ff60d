// The answers of the scripts: lists whose first element is the kind of result (prelude.lua).
import { type ErrorCode, ERROR_CODES, Refusal } from '@roomcast/shared/protocol'
import { commandReused } from '../command-reused.ts'

export type Answer = readonly unknown[]

/** The refusal in a script's answer, or null. */
export function refusalIn(answer: Answer): Refusal | null {
  if (answer[0] !== 'refused') return null
  const code = String(answer[1])
  if (code === 'command-reused') return commandReused()
  return new Refusal(Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'internal')
}
