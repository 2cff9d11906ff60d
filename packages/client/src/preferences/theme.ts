// Applies the chosen theme. For the first paint `public/theme.js` has already done the same.
import { watch } from 'vue'
import { preferences } from './preferences.ts'

/** Follows the preference, including changes made in other tabs. */
export function followTheme(): void {
  watch(
    () => preferences.value.theme,
    (theme) => {
      const { dataset } = document.documentElement
      if (theme === 'system') delete dataset['theme']
      else dataset['theme'] = theme
      // This colours the browser's own bars around the page.
      for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
        meta.dataset['media'] ??= meta.media
        const own = meta.dataset['media']
        meta.media = theme === 'system' ? own : own.includes(theme) ? 'all' : 'not all'
      }
    },
    { immediate: true },
  )
}
