// The conditions for giving a node work, in one place: storage, subscriptions, the event loop, and no shutdown.
// Liveness requires none of them.
import type { Clock } from '@roomcast/shared/clock'
import { Health, PATIENCE_MS, type Readiness } from './health.ts'
import { LoopLag } from './loop-lag.ts'
import { StoragePulse } from './storage-pulse.ts'

/** The age at which a probe through the subscriptions counts as lost, ms. */
const STALE_PROBE_MS = 20_000
/** The lag of the event loop that counts as a problem, ms. */
const HIGH_LAG_MS = 200

export interface NodeHealthOptions {
  readonly clock: Clock
  /** A cheap command to the storage. Rejects if the storage refuses or is away. */
  readonly ping: () => Promise<void>
  /** Milliseconds since the last message through the subscriptions; null if there are none. */
  readonly probeAgeMs: () => number | null
  /** Whether the node is shutting down. From then on it is not ready. */
  readonly isDraining: () => boolean
}

export interface NodeHealth {
  /** Whether this node accepts new work, and if not, why. */
  readonly readiness: () => Readiness
  /** See `LoopLag.p99Ms`. */
  readonly loopLagMs: () => number
  /** Stops the checks. Idempotent. */
  readonly close: () => void
}

/** Starts the health checks of this node. */
export function watchHealth(options: NodeHealthOptions): NodeHealth {
  const { clock, ping, probeAgeMs, isDraining } = options
  const pulse = new StoragePulse(clock, ping)
  const lag = new LoopLag(clock)
  const probe = () => {
    const ms = probeAgeMs() ?? 0
    if (ms <= STALE_PROBE_MS) return null
    return `Nothing has come through the subscriptions for ${Math.round(ms / 1000)} s.`
  }
  const loop = () =>
    lag.p99Ms < HIGH_LAG_MS ? null : `The event loop is ${Math.round(lag.p99Ms)} ms late.`
  const health = new Health(clock, [
    { name: 'storage', check: () => pulse.check(), patienceMs: PATIENCE_MS },
    { name: 'subscriptions', check: probe, patienceMs: PATIENCE_MS },
    { name: 'event-loop', check: loop, patienceMs: PATIENCE_MS },
    { name: 'draining', check: () => (isDraining() ? 'Going down.' : null), patienceMs: 0 },
  ])
  const parts = [pulse, lag, health]
  for (const part of parts) part.start()
  return {
    readiness: () => health.readiness(),
    loopLagMs: () => lag.p99Ms,
    close: () => {
      for (const part of parts) part.close()
    },
  }
}
