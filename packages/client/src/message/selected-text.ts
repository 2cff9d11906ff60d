/** The text that is selected within the message around `element`; empty when none is, or not only of that message. */
export function selectedIn(element: Element | null): string {
  const selection = getSelection()
  const body = element?.closest('[data-message]')?.querySelector('.body')
  if (!body || !selection || selection.isCollapsed || selection.rangeCount === 0) return ''
  return body.contains(selection.getRangeAt(0).commonAncestorContainer) ? selection.toString() : ''
}
