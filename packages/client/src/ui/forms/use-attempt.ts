// Runs an action that may be refused, one at a time, and keeps the reason of a failure as a sentence.
import { type Ref, ref } from 'vue'
import { errorText } from '../../api/api-error.ts'

interface Attempt {
  readonly busy: Readonly<Ref<boolean>>
  /** Why the last attempt failed; stays until it is cleared. */
  readonly problem: Ref<string | null>
  /** Does the work, unless other work is in progress; never rejects. */
  readonly attempt: (work: () => Promise<void>) => Promise<void>
}

export function useAttempt(): Attempt {
  const busy = ref(false)
  const problem = ref<string | null>(null)
  return {
    busy,
    problem,
    async attempt(work) {
      if (busy.value) return
      busy.value = true
      try {
        await work()
      } catch (error) {
        problem.value = errorText(error)
      } finally {
        busy.value = false
      }
    },
  }
}
