// A ref that says whether a media query matches.
import { onScopeDispose, type Ref, ref } from 'vue'

/** The widths at which the room changes its columns; the same as in `styles/room.css`. */
export const NARROW = '(width < 760px)'
export const NOT_WIDE = '(width < 1100px)'

export function useMedia(query: string): Readonly<Ref<boolean>> {
  const media = matchMedia(query)
  const holds = ref(media.matches)
  const update = (): void => void (holds.value = media.matches)
  media.addEventListener('change', update)
  onScopeDispose(() => media.removeEventListener('change', update))
  return holds
}
