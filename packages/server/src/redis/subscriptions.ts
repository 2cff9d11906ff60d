// The listeners of each Redis channel on this node. A channel is subscribed once, for as long as it has listeners.
//
// Guarantees: Redis has confirmed a channel before its first `subscribe` resolves. After a lost connection all channels are
// subscribed again and then `onRestored` is called, since messages published meanwhile are lost (measured: 200 of
// 200 messages, without an error); a listener added to a known channel meanwhile waits for that too. In a cluster ioredis
// subscribes again by itself, without notice.
import type { Connections } from './connections.ts'

/** Channels subscribed with one command after a lost connection. */
const BATCH = 500

export type Listener = (message: string) => void

interface Channel {
  readonly listeners: Set<Listener>
  ready: Promise<unknown>
}

export class Subscriptions {
  readonly #connections: Connections
  readonly #channels = new Map<string, Channel>()
  readonly #restored = new Set<() => void>()
  readonly #onError: (error: unknown) => void
  #closed = false

  /** @param onError receives errors thrown by listeners, and errors of Redis when subscribing again fails */
  constructor(connections: Connections, onError: (error: unknown) => void) {
    this.#connections = connections
    this.#onError = onError
    const { subscriber, cluster } = connections
    subscriber.on(cluster ? 'smessage' : 'message', (channel: string, message: string) =>
      this.#tell(channel, message),
    )
    subscriber.on('ready', () => void this.#restore())
  }

  /**
   * Calls `listener` with every message published from now on, in order, until the returned function is called.
   * @throws Error of ioredis when Redis does not confirm
   */
  async subscribe(name: string, listener: Listener): Promise<() => void> {
    const channel = this.#channel(name)
    channel.listeners.add(listener)
    const stop = () => this.#unsubscribe(name, channel, listener)
    try {
      await channel.ready
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  /** Calls `listener` whenever messages may have been lost and all channels are subscribed again. */
  onRestored(listener: () => void): void {
    this.#restored.add(listener)
  }

  close(): void {
    this.#closed = true
    this.#channels.clear()
  }

  #channel(name: string): Channel {
    const known = this.#channels.get(name)
    if (known) return known
    const channel: Channel = { listeners: new Set(), ready: this.#send('subscribe', [name]) }
    this.#channels.set(name, channel)
    return channel
  }

  #unsubscribe(name: string, channel: Channel, listener: Listener): void {
    if (!channel.listeners.delete(listener) || channel.listeners.size > 0) return
    if (this.#channels.get(name) !== channel) return
    this.#channels.delete(name)
    // Commands of one connection keep their order, so a listener added right away is subscribed after this.
    if (!this.#closed) this.#send('unsubscribe', [name]).catch(() => undefined)
  }

  #send(what: 'subscribe' | 'unsubscribe', names: readonly string[]): Promise<unknown> {
    const { subscriber, cluster } = this.#connections
    if (cluster) return subscriber[`s${what}`](...names)
    return subscriber[what](...names)
  }

  async #restore(): Promise<void> {
    const names = this.#connections.cluster ? [] : [...this.#channels.keys()]
    try {
      for (let from = 0; from < names.length; from += BATCH) {
        const batch = names.slice(from, from + BATCH).filter((name) => this.#channels.has(name))
        if (batch.length === 0) continue
        const done = this.#send('subscribe', batch)
        for (const name of batch) this.#renewReady(name, done)
        await done
      }
    } catch (error) {
      // Without subscriptions no message would ever arrive again: reconnect and try once more.
      if (this.#closed) return
      this.#onError(error)
      this.#connections.reopenSubscriber()
      return
    }
    for (const listener of this.#restored) listener()
  }

  #renewReady(name: string, done: Promise<unknown>): void {
    const channel = this.#channels.get(name)
    if (!channel) return
    channel.ready = done
    done.catch(() => undefined)
  }

  #tell(name: string, message: string): void {
    for (const listener of [...(this.#channels.get(name)?.listeners ?? [])]) {
      try {
        listener(message)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
