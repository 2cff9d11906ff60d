// The refusal for too many requests, with the time to wait.
import { Refusal } from '@roomcast/shared/protocol'

/** Refusal `rate-limited` with a known end, after `retrySeconds`. */
export class TooOften extends Refusal {
  readonly retrySeconds: number

  constructor(retrySeconds: number) {
    super('rate-limited')
    this.retrySeconds = retrySeconds
  }
}
