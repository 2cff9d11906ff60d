// Whether the Claude of this server is an invented one, which members have to know.
import { onMounted, type Ref, ref } from 'vue'
import type { Api } from '../api.ts'

export function useSimulated(api: Api): Readonly<Ref<boolean>> {
  const simulated = ref(false)
  onMounted(() => {
    api.models().then(
      (models) => (simulated.value = models.simulated),
      // ignored because: the room works without it; what is wrong with the server, the link itself says.
      () => null,
    )
  })
  return simulated
}
