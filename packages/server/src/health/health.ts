// Whether this node may be given new work. Other parts report their problems; this one remembers since when, so that a
// short problem does not take a node out of service. It only answers, and closes no connection.
import type { Clock } from '@roomcast/shared/clock'

/** How long a problem may last before the node reports not ready, ms. */
export const PATIENCE_MS = 5000
/** How often all checks run, so that "since when" does not depend on requests, ms. */
const POLL_MS = 1000

/** One condition that must hold. */
export interface Check {
  readonly name: string
  /** The current problem, in words for the operator, or null. Without I/O, since it runs every second. */
  readonly check: () => string | null
  /** How long the problem may last before it counts, ms. */
  readonly patienceMs: number
}

interface Failing {
  readonly name: string
  readonly why: string
}

export type Readiness =
  { readonly ready: true } | { readonly ready: false; readonly failing: readonly Failing[] }

export class Health {
  readonly #clock: Clock
  readonly #checks: readonly Check[]
  /** When each failing check began to fail without a break, by its name, ms since 1970. */
  readonly #since = new Map<string, number>()
  #stopPolling: (() => void) | null = null

  /** Call `start` next; until then the checks run only on request. */
  constructor(clock: Clock, checks: readonly Check[]) {
    this.#clock = clock
    this.#checks = checks
  }

  start(): void {
    this.#look()
    this.#stopPolling = this.#clock.after(POLL_MS, () => this.start())
  }

  /** Ready, or all checks that have failed for longer than their patience. */
  readiness(): Readiness {
    const failing = this.#look()
    return failing.length === 0 ? { ready: true } : { ready: false, failing }
  }

  /** Stops the checks. Idempotent. */
  close(): void {
    this.#stopPolling?.()
    this.#stopPolling = null
  }

  #look(): Failing[] {
    const now = this.#clock.now()
    return this.#checks.flatMap(({ name, check, patienceMs }) => {
      const why = check()
      if (why === null) {
        this.#since.delete(name)
        return []
      }
      const since = this.#since.get(name) ?? now
      this.#since.set(name, since)
      return now - since >= patienceMs ? [{ name, why }] : []
    })
  }
}
