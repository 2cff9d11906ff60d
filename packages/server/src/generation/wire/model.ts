// Parses one model from Claude's list. A missing limit is 0, a missing capability false.
import { LIMITS } from '@roomcast/shared/protocol'
import type { ModelLimits } from '../claude.ts'

/** Empty if the value is not a model. */
export function modelOf(listed: unknown): ModelLimits[] {
  const { id, display_name, max_input_tokens, max_tokens, capabilities } = fieldsOf(listed)
  if (typeof id !== 'string' || id === '' || id.length > LIMITS.modelLength) return []
  const { adaptive } = fieldsOf(fieldsOf(fieldsOf(capabilities)['thinking'])['types'])
  const isNamed = typeof display_name === 'string' && display_name.trim() !== ''
  return [
    {
      id,
      name: isNamed ? display_name.slice(0, LIMITS.modelLength) : id,
      maxInputTokens: countOf(max_input_tokens),
      maxOutputTokens: countOf(max_tokens),
      thinks: fieldsOf(adaptive)['supported'] === true,
    },
  ]
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
