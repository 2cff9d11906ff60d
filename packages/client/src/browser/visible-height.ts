/**
 * Keeps `--visible-height` at the height that the on-screen keyboard leaves. Safari on iOS ignores
 * `interactive-widget=resizes-content`, so CSS alone cannot know.
 */
export function followVisibleHeight(): void {
  const { visualViewport } = window
  if (!visualViewport || CSS.supports('not (-webkit-touch-callout: none)')) return
  const update = (): void =>
    // Zoomed in by fingers, less of the page is visible, and none of it is covered.
    document.documentElement.style.setProperty(
      '--visible-height',
      `${visualViewport.height * visualViewport.scale}px`,
    )
  visualViewport.addEventListener('resize', update)
  update()
}
