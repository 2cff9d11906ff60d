// A room log at a distance: calls take time in both directions, and followers receive updates a little later, in order.
// The log can be unreachable for a while. It also counts its followers.
import type { Clock } from '@roomcast/shared/clock'
import { Refusal } from '@roomcast/shared/protocol'
import type { LogUpdate, RoomLog } from '@roomcast/server/judge/room-log.ts'

export interface DistantLogOptions {
  readonly log: RoomLog
  readonly clock: Clock
  /** The delay of the next call or update, ms. */
  readonly distance: () => number
  /** Whether followers receive an update; if absent, they receive all. */
  readonly hears?: (update: LogUpdate) => boolean
}

export class DistantLog implements RoomLog {
  readonly #options: DistantLogOptions
  #followers = 0
  #isAway = false

  readonly createRoom = this.#distant('createRoom')
  readonly join = this.#distant('join')
  readonly post = this.#distant('post')
  readonly start = this.#distant('start')
  readonly withdraw = this.#distant('withdraw')
  readonly resume = this.#distant('resume')
  readonly amend = this.#distant('amend')
  readonly appendReply = this.#distant('appendReply')
  readonly renew = this.#distant('renew')
  readonly end = this.#distant('end')
  readonly recover = this.#distant('recover')
  readonly read = this.#distant('read')
  readonly page = this.#distant('page')
  readonly offsetOf = this.#distant('offsetOf')
  readonly checkpoint = this.#distant('checkpoint')
  readonly isMember = this.#distant('isMember')
  readonly isGone = this.#distant('isGone')
  readonly roomsOf = this.#distant('roomsOf')
  readonly deleteRoom = this.#distant('deleteRoom')
  readonly close = this.#distant('close')

  constructor(options: DistantLogOptions) {
    this.#options = options
  }

  /** The current number of followers. */
  get followers(): number {
    return this.#followers
  }

  get isAway(): boolean {
    return this.#isAway
  }

  /** For `ms`, no call reaches it. */
  goAway(ms: number): void {
    if (this.#isAway) return
    this.#isAway = true
    this.#options.clock.after(ms, () => (this.#isAway = false))
  }

  async follow(roomId: string, follower: (update: LogUpdate) => void): Promise<() => void> {
    const { log, clock, distance, hears } = this.#options
    if (this.#isAway) throw new Refusal('storage-unavailable')
    let lastDue = 0
    let stopped = false
    const unfollow = await log.follow(roomId, (update) => {
      if (hears?.(update) === false) return
      const now = clock.now()
      const due = Math.max(lastDue, now + distance())
      lastDue = due
      const tell = () => {
        if (!stopped) follower(update)
      }
      if (due === now) tell()
      else clock.after(due - now, tell)
    })
    this.#followers++
    return () => {
      if (stopped) return
      stopped = true
      this.#followers--
      unfollow()
    }
  }

  #distant<Name extends Exclude<keyof RoomLog, 'follow'>>(name: Name): RoomLog[Name] {
    const call = async (...args: unknown[]) => {
      const { log } = this.#options
      await this.#travel()
      if (this.#isAway) throw new Refusal('storage-unavailable')
      const method = log[name] as (...args: unknown[]) => Promise<unknown>
      const answer = method.apply(log, args)
      await Promise.allSettled([answer])
      await this.#travel()
      return answer
    }
    return call as RoomLog[Name]
  }

  #travel(): Promise<void> {
    const ms = this.#options.distance()
    if (ms === 0) return Promise.resolve()
    return new Promise((resolve) => void this.#options.clock.after(ms, resolve))
  }
}
