// Whether this node may be given new work. Other parts say what ails them; this remembers since when, so that a
// moment of trouble does not take a node out of service. It answers and does nothing else: no connection is closed.
import type { Clock } from '@roomcast/shared/clock'

/** How long something may ail before the node says that it is not ready, ms. */
export const PATIENCE_MS = 5000
/** How often everything is looked at, so that "since when" does not depend on who asks, ms. */
const POLL_MS = 1000

/** One thing that must be well. */
export interface Check {
  readonly name: string
  /** Why it is not well now, in words for the operator, or null. Without I/O: it is asked every second. */
  readonly check: () => string | null
  /** How long it may ail unnoticed, ms. */
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
  /** Since when a check has failed without a break, by its name, ms since 1970. */
  readonly #since = new Map<string, number>()
  #stopPolling: (() => void) | null = null

  /** Call `start` next; until then trouble is noticed only when somebody asks. */
  constructor(clock: Clock, checks: readonly Check[]) {
    this.#clock = clock
    this.#checks = checks
  }

  start(): void {
    this.#look()
    this.#stopPolling = this.#clock.after(POLL_MS, () => this.start())
  }

  /** Ready, or every check that has failed for longer than its patience. */
  readiness(): Readiness {
    const failing = this.#look()
    return failing.length === 0 ? { ready: true } : { ready: false, failing }
  }

  /** Stops looking. Idempotent. */
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
