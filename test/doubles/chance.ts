// Seeded randomness: FUZZ_SEED picks one seed, and a failure prints the command that repeats it.

/** The seeds to run: 1 to `count`, or the one in FUZZ_SEED. */
export function seeds(count: number): readonly number[] {
  const chosen = process.env['FUZZ_SEED']
  return chosen === undefined
    ? Array.from({ length: count }, (_, index) => index + 1)
    : [Number(chosen)]
}

/** Runs `body` with each seed; `file` is named in the command that repeats a failing seed. */
export async function withSeeds(
  count: number,
  file: string,
  body: (chance: Chance, seed: number) => Promise<void>,
): Promise<void> {
  for (const seed of seeds(count)) {
    try {
      await body(new Chance(seed), seed)
    } catch (cause) {
      throw new Error(`seed ${seed} fails. Rerun: FUZZ_SEED=${seed} pnpm vitest run ${file}`, {
        cause,
      })
    }
  }
}

/** A repeatable random generator: mulberry32. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return this.#next() % count
  }

  /** A number from 0 to below 1. */
  fraction(): number {
    return this.#next() / 2 ** 32
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, key: this.below(1_000_000) }))
      .toSorted((one, other) => one.key - other.key)
      .map(({ item }) => item)
  }

  /** 32 bits. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
