// Checks whether published messages still arrive: a connection can be healthy and deliver nothing (Centrifugo #1189).
import type { Clock } from '@roomcast/shared/clock'
import type { Connections } from './connections.ts'
import type { Subscriptions } from './subscriptions.ts'

const EVERY_MS = 5000
/** A probe that has not come back after this time is lost; then the subscriber reconnects. */
const LOST_MS = 12_000
/** Number of channels in a cluster, enough that each master almost certainly has one of them. */
const CLUSTER_CHANNELS = 32

export class SubscriptionProbe {
  readonly #connections: Connections
  readonly #clock: Clock
  readonly #onSilence: (silentMs: number | null) => void
  readonly #channels: readonly string[]
  readonly #heard = new Map<string, number>()
  #stops: (() => void)[] = []
  #stopTimer: (() => void) | null = null
  #reopenedAt = 0
  /** Since when Redis has accepted publishes: while it is unreachable, nothing can arrive. */
  #answersSince: number | null = null
  #isSilent = false
  #closed = false

  private constructor(
    connections: Connections,
    clock: Clock,
    name: string,
    onSilence: (silentMs: number | null) => void,
  ) {
    this.#connections = connections
    this.#clock = clock
    this.#onSilence = onSilence
    const count = connections.cluster ? CLUSTER_CHANNELS : 1
    this.#channels = Array.from({ length: count }, (_, index) => `${name}:{${index}}`)
  }

  /**
   * Starts probing.
   * @param name of the channels, unique to this node
   * @param onSilence receives for how long no published probe has arrived, ms, and null once all channels are heard again
   */
  static async start(
    connections: Connections,
    subscriptions: Subscriptions,
    clock: Clock,
    name: string,
    onSilence: (silentMs: number | null) => void,
  ): Promise<SubscriptionProbe> {
    const probe = new SubscriptionProbe(connections, clock, name, onSilence)
    for (const channel of probe.#channels) {
      probe.#heard.set(channel, clock.now())
      const hear = () => void probe.#heard.set(channel, clock.now())
      probe.#stops.push(await subscriptions.subscribe(channel, hear))
    }
    probe.#later()
    return probe
  }

  /** Milliseconds since the channel that has been silent for longest was heard. */
  get ageMs(): number {
    return this.#clock.now() - Math.min(...this.#heard.values())
  }

  stop(): void {
    this.#closed = true
    this.#stopTimer?.()
    for (const stop of this.#stops) stop()
    this.#stops = []
  }

  #later(): void {
    this.#stopTimer = this.#clock.after(EVERY_MS, () => void this.#probe())
  }

  async #probe(): Promise<void> {
    const { commands, publishCommand } = this.#connections
    try {
      await Promise.all(this.#channels.map((channel) => commands[publishCommand](channel, '')))
      const now = this.#clock.now()
      this.#answersSince ??= now
      const silentMs = Math.min(this.ageMs, now - this.#answersSince)
      if (silentMs > LOST_MS && now - this.#reopenedAt > LOST_MS) this.#reopen(silentMs)
      if (this.ageMs <= LOST_MS) this.#isHeard()
    } catch {
      // ignored because: failing commands are reported where they matter; the probe is only about published messages
      this.#answersSince = null
    }
    if (!this.#closed) this.#later()
  }

  #isHeard(): void {
    if (!this.#isSilent) return
    this.#isSilent = false
    this.#onSilence(null)
  }

  #reopen(silentMs: number): void {
    this.#isSilent = true
    this.#onSilence(silentMs)
    this.#reopenedAt = this.#clock.now()
    this.#connections.reopenSubscriber()
  }
}
