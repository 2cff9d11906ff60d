// The refusal of whoever has done something too often, with the time to wait.
import { Refusal } from '@roomcast/shared/protocol'

/** Refusal `rate-limited` that passes by itself, after `retrySeconds`. */
export class TooOften extends Refusal {
  readonly retrySeconds: number

  constructor(retrySeconds: number) {
    super('rate-limited')
    this.retrySeconds = retrySeconds
  }
}
