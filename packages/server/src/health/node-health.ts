// What must be well for a node to be given work, in one place: storage, subscriptions, the event loop, and that the
// node is not going down. Being alive asks for none of it.
import type { Clock } from '@roomcast/shared/clock'
import { Health, PATIENCE_MS, type Readiness } from './health.ts'
import { LoopLag } from './loop-lag.ts'
import { StoragePulse } from './storage-pulse.ts'

/** A probe through the subscriptions that has not come back for longer is trouble, ms. */
const STALE_PROBE_MS = 20_000
/** Lag of the event loop that is trouble, ms. */
const HIGH_LAG_MS = 200

export interface NodeHealthOptions {
  readonly clock: Clock
  /** A cheap command to the storage. Rejects when it refuses or is away. */
  readonly ping: () => Promise<void>
  /** Milliseconds since something came through the subscriptions; null where there are none. */
  readonly probeAgeMs: () => number | null
  /** Whether the node is going down. It is not ready from this moment on. */
  readonly isDraining: () => boolean
}

export interface NodeHealth {
  /** Whether new work may be sent here, and if not, why. */
  readonly readiness: () => Readiness
  /** See `LoopLag.p99Ms`. */
  readonly loopLagMs: () => number
  /** Stops looking. Idempotent. */
  readonly close: () => void
}

/** Begins to look after this node. */
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
