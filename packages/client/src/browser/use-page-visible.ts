import { onScopeDispose, type Ref, ref } from 'vue'

/** False while the tab is hidden. Outside a browser, the page counts as visible. */
export function usePageVisible(): Readonly<Ref<boolean>> {
  const visible = ref(true)
  if (typeof document === 'undefined') return visible
  const look = (): void => void (visible.value = document.visibilityState !== 'hidden')
  look()
  document.addEventListener('visibilitychange', look)
  onScopeDispose(() => document.removeEventListener('visibilitychange', look))
  return visible
}
