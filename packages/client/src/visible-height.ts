/**
 * Keeps `--visible-height` at the height that the on-screen keyboard leaves. Safari on iOS ignores
 * `interactive-widget=resizes-content`, so CSS alone cannot know.
 */
export function followVisibleHeight(): void {
  const { visualViewport } = window
  if (!visualViewport || CSS.supports('not (-webkit-touch-callout: none)')) return
  const update = (): void =>
    document.documentElement.style.setProperty('--visible-height', `${visualViewport.height}px`)
  visualViewport.addEventListener('resize', update)
  update()
}
