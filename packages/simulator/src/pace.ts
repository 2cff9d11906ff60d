/**
 * The speed of the simulated model, and the only place here that reads the time.
 * Presets: `real` resembles a current model, `fast` suits tests that watch text grow,
 * `instant` writes as fast as the socket accepts.
 */
import { setImmediate as immediate, setTimeout as timeout } from 'node:timers/promises'

/** Inclusive bounds, milliseconds or characters. */
type Range = readonly [min: number, max: number]

export type Pace = {
  /** From the response headers to the first text, milliseconds. */
  readonly firstTextMs: Range
  /** Between two text deltas, milliseconds. */
  readonly gapMs: Range
  /** The chance that several deltas come without gaps, and how many. */
  readonly burst: { readonly chance: number; readonly deltas: Range }
  /** Size of one delta, UTF-16 code units. */
  readonly chunkChars: Range
  /** Silence after which a `ping` is sent, milliseconds. */
  readonly pingMs: number
}

export const PACES = {
  real: {
    firstTextMs: [1000, 3000],
    gapMs: [30, 250],
    burst: { chance: 0.08, deltas: [2, 5] },
    chunkChars: [20, 130],
    pingMs: 10_000,
  },
  fast: {
    firstTextMs: [20, 80],
    gapMs: [2, 12],
    burst: { chance: 0.08, deltas: [2, 5] },
    chunkChars: [20, 130],
    pingMs: 1_000,
  },
  instant: {
    firstTextMs: [0, 0],
    gapMs: [0, 0],
    burst: { chance: 0, deltas: [1, 1] },
    chunkChars: [20, 130],
    pingMs: 100,
  },
} as const satisfies Record<string, Pace>

export type PaceName = keyof typeof PACES

export function isPaceName(text: string): text is PaceName {
  return Object.hasOwn(PACES, text)
}

/** A preset by name, or a preset (`from`, by default `real`) with some values replaced. */
export type PaceOption = PaceName | (Partial<Pace> & { readonly from?: PaceName })

/** Turns an option into a complete pace. */
export function paceOf(option: PaceOption): Pace {
  if (typeof option === 'string') return PACES[option]
  const { from = 'real', ...changes } = option
  return { ...PACES[from], ...changes }
}

/** Time and timers, injectable. */
export type Timing = {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Resolves after a turn of the event loop, so that closed sockets are noticed. */
  turn(): Promise<void>
}

export const realTiming: Timing = {
  now: () => Date.now(),
  sleep: (ms, signal) => timeout(ms, undefined, { signal }).catch(() => undefined),
  turn: () => immediate(),
}
