// How late this process is with what it wants to do: the event loop's lag, over windows of five seconds.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '@roomcast/shared/clock'

const WINDOW_MS = 5000
/**
 * How often Node looks, ms. What it records are the times between two looks, so that an idle loop shows this and not
 * nothing (measured on Node 24.21: idle 20.2, after blocking for 250 ms 270.8).
 */
const RESOLUTION_MS = 20

/** What is used of Node's own measuring; times in nanoseconds. */
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

  /** In the last whole window, 99 of 100 looks were not later than this, ms; 0 before there is one. */
  get p99Ms(): number {
    return this.#p99Ms
  }

  start(): void {
    this.#monitor.enable()
    this.#nextWindow()
  }

  /** Stops looking. Idempotent. */
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

/** Looks at this process, once it is enabled. */
function openMonitor(): DelayMonitor {
  return monitorEventLoopDelay({ resolution: RESOLUTION_MS })
}
