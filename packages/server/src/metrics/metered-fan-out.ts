// Measures another fan-out: the time to hand one update to all watchers, and the delay of reply text.
import type { Position, RoomId, Update } from '@roomcast/shared/protocol'
import type { FanOut } from '../room/connection.ts'
import type { Instruments } from './instruments.ts'
import { deltaKey } from './metered-room-log.ts'
import type { UnderWay } from './under-way.ts'

interface MeteredFanOutOptions {
  readonly fanOut: FanOut
  readonly instruments: Instruments
  /** Monotonic time, s. */
  readonly seconds: () => number
  /** Reply text on its way to the watchers; see `deltaKey`. */
  readonly texts: UnderWay
}

export class MeteredFanOut implements FanOut {
  readonly #options: MeteredFanOutOptions

  constructor(options: MeteredFanOutOptions) {
    this.#options = options
  }

  send(roomId: RoomId, update: Update, position: Position): void {
    const { fanOut, instruments, seconds, texts } = this.#options
    const began = seconds()
    fanOut.send(roomId, update, position)
    const kind = 'type' in update ? update.type : 'delta'
    instruments.fanOut.observe({ update: kind }, seconds() - began)
    if ('type' in update) return
    const lag = texts.end(deltaKey(roomId, update[0], update[1]))
    if (lag !== null) instruments.deltaLag.observe(lag)
  }
}
