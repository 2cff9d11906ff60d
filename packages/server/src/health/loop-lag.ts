// The event loop's lag: how late this process runs its timers, over windows of five seconds.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '@roomcast/shared/clock'

const WINDOW_MS = 5000
/**
 * How often Node samples, ms. It records the time between two samples, so an idle loop shows this value and not
 * zero (measured on Node 24.21: idle 20.2, after blocking for 250 ms 270.8).
 */
const RESOLUTION_MS = 20

/** The part of Node's monitor that is used; times in nanoseconds. */
type DelayMonitor = Pick<
  ReturnType<typeof monitorEventLoopDelay>,
  'enable' | 'disable' | 'percentile' | 'reset'
>

export class LoopLag {
  readonly #clock: Clock
  readonly #monitor: DelayMonitor
  #p99Ms = 0
  #stopWindow: (() => void) | null = null

  constructor(clock: Clock, monitor = openMonitor()) {
    this.#clock = clock
    this.#monitor = monitor
  }

  /** The 99th percentile of the lag in the last complete window, ms; 0 before the first. */
  get p99Ms(): number {
    return this.#p99Ms
  }

  start(): void {
    this.#monitor.enable()
    this.#nextWindow()
  }

  /** Stops measuring. Idempotent. */
  close(): void {
    this.#monitor.disable()
    this.#stopWindow?.()
    this.#stopWindow = null
  }

  #nextWindow(): void {
    this.#stopWindow = this.#clock.after(WINDOW_MS, () => {
      const p99Ms = this.#monitor.percentile(99) / 1e6
      this.#p99Ms = Math.max(0, p99Ms - RESOLUTION_MS)
      this.#monitor.reset()
      this.#nextWindow()
    })
  }
}

/** Monitors this process, once it is enabled. */
function openMonitor(): DelayMonitor {
  return monitorEventLoopDelay({ resolution: RESOLUTION_MS })
}
