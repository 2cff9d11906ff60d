// A key that counts only when it is pressed twice.
import type { Clock } from '@roomcast/shared/clock'
import { type Ref, ref } from 'vue'

/** How long a second press counts after the first, ms. */
export const AGAIN_MS = 2000

interface DoublePress {
  /** There was a first press, and a second one would count now. */
  readonly armed: Readonly<Ref<boolean>>
  /** Whether this press is the second one. */
  readonly press: () => boolean
  /** Forgets the first press. */
  readonly disarm: () => void
}

export function useDoublePress(clock: Clock): DoublePress {
  const armed = ref(false)
  let cancel = (): void => undefined
  const disarm = (): void => {
    cancel()
    armed.value = false
  }
  return {
    armed,
    disarm,
    press() {
      const second = armed.value
      disarm()
      if (!second) {
        armed.value = true
        cancel = clock.after(AGAIN_MS, disarm)
      }
      return second
    },
  }
}
