// Counts events that really happened, so that a test can fail if it has proved nothing.

export class Tally {
  readonly #counts = new Map<string, number>()

  count(what: string, times = 1): void {
    this.#counts.set(what, this.of(what) + times)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  add(other: Tally): void {
    for (const [what, times] of other.#counts) this.count(what, times)
  }

  /** A line for each event, most frequent first. */
  table(): string {
    return [...this.#counts]
      .toSorted(([, one], [, other]) => other - one)
      .map(([what, times]) => `${String(times).padStart(9)}  ${what}`)
      .join('\n')
  }
}
