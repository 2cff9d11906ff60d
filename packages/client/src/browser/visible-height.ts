/**
 * Keeps `--visible-height` at the height above the on-screen keyboard. Safari on iOS ignores
 * `interactive-widget=resizes-content`, so CSS alone cannot tell.
 */
export function followVisibleHeight(): void {
  const { visualViewport } = window
  if (!visualViewport || CSS.supports('not (-webkit-touch-callout: none)')) return
  const update = (): void =>
    // After a pinch zoom less of the page is visible, though the keyboard covers none of it: `scale` undoes the zoom.
    document.documentElement.style.setProperty(
      '--visible-height',
      `${visualViewport.height * visualViewport.scale}px`,
    )
  visualViewport.addEventListener('resize', update)
  update()
}
