// Something that a person asks for and that may be refused: tried once at a time, and why it failed, in words.
import { type Ref, ref } from 'vue'
import { errorText } from '../../api/api-error.ts'

interface Attempt {
  readonly busy: Readonly<Ref<boolean>>
  /** Why the last one failed; stays until somebody clears it. */
  readonly problem: Ref<string | null>
  /** Does the work, unless other work is under way; never rejects. */
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
