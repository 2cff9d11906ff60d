/**
 * Choices: how a person or a test controls the simulator, in one small grammar for all three places: the
 * start option, the path (`/s/<choice>/v1/messages`) and `[simulate: <choice>]` in the last user
 * message.
 *
 *     choice = item { (" " | ",") item }      item = name [ "=" value ]
 *
 * An item is the name of a scenario, `<scenario>-after=N`, or one of the settings below.
 */
import { isPaceName, type PaceName } from './pace.ts'
import { findScenario } from './scenarios.ts'

export type Choice = {
  readonly scenario?: string
  readonly pace?: PaceName
  /** Length of the answer, UTF-16 code units. */
  readonly length?: number
  /** Length of the one very long line in the `unicode` answer, code units. */
  readonly line?: number
  /** The number of text deltas before the fault. */
  readonly after?: number
  /** The number of requests with the same key that fail before one is answered. */
  readonly attempts?: number
  /** The key under which attempts are counted, instead of the conversation. */
  readonly id?: string
  readonly seed?: number
  readonly thinking?: 'summarized' | 'omitted' | 'none'
  readonly 'retry-after'?: string
  readonly 'retry-after-ms'?: string
  readonly 'x-should-retry'?: string
  /** Fixed timing that overrides the pace: milliseconds before the first text, between deltas, before a ping. */
  readonly first?: number
  readonly gap?: number
  readonly ping?: number
  /** Fixed size of a delta, code units. */
  readonly chunk?: number
  /** How long the `pause` scenario is silent, milliseconds. */
  readonly hold?: number
}

type ParsedChoice = { readonly choice: Choice; readonly unknown: readonly string[] }

const LIMITS = {
  length: 20_000_000,
  line: 20_000_000,
  after: 1_000_000,
  attempts: 1000,
  seed: 4_294_967_295,
  first: 600_000,
  gap: 600_000,
  ping: 600_000,
  chunk: 100_000,
  hold: 600_000,
} as const

const DIRECTIVE = /\[simulate:([a-z0-9=._, -]+)\]/gi

/** Parses one choice; unknown items are listed in `unknown` and have no effect. */
export function parseChoice(text: string): ParsedChoice {
  const choice: Record<string, string | number> = {}
  const unknown: string[] = []
  for (const item of text.trim().split(/[\s,]+/)) {
    if (item === '') continue
    const read = readItem(item.toLowerCase())
    if (read === null) unknown.push(item)
    else Object.assign(choice, read)
  }
  return { choice, unknown }
}

/** The choice in a message, from its last directive; empty if there is none. */
export function directiveIn(text: string): Choice {
  const found = [...text.matchAll(DIRECTIVE)].at(-1)
  return found === undefined ? {} : parseChoice(found[1] ?? '').choice
}

/** A message without its directives. */
export function withoutDirectives(text: string): string {
  return text.replaceAll(DIRECTIVE, '')
}

function readItem(item: string): Choice | null {
  const [name = '', value, ...more] = item.split('=')
  if (more.length > 0) return null
  if (value === undefined) return findScenario(name) === undefined ? null : { scenario: name }
  if (name.endsWith('-after') && name !== 'retry-after') {
    const scenario = name.slice(0, -'-after'.length)
    const after = readNumber(value, LIMITS.after)
    return after === null || findScenario(scenario) === undefined ? null : { scenario, after }
  }
  if (isLimited(name)) {
    const number = readNumber(value, LIMITS[name])
    return number === null ? null : { [name]: number }
  }
  return readWord(name, value)
}

function readWord(name: string, value: string): Choice | null {
  switch (name) {
    case 'pace':
      return isPaceName(value) ? { pace: value } : null
    case 'thinking':
      return value === 'summarized' || value === 'omitted' || value === 'none'
        ? { thinking: value }
        : null
    case 'id':
      return value === '' ? null : { id: value }
    case 'retry-after':
    case 'retry-after-ms':
      return /^\d{1,9}$/.test(value) ? { [name]: value } : null
    case 'x-should-retry':
      return value === 'true' || value === 'false' ? { 'x-should-retry': value } : null
    default:
      return null
  }
}

function readNumber(text: string, max: number): number | null {
  if (!/^\d{1,10}$/.test(text)) return null
  const number = Number(text)
  return number <= max ? number : null
}

function isLimited(name: string): name is keyof typeof LIMITS {
  return Object.hasOwn(LIMITS, name)
}
