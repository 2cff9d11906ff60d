/** The text selected in the message around `element`; empty if nothing is selected or the selection reaches beyond it. */
export function selectedIn(element: Element | null): string {
  const selection = getSelection()
  const body = element?.closest('[data-message]')?.querySelector('.body')
  if (!body || !selection || selection.isCollapsed || selection.rangeCount === 0) return ''
  return body.contains(selection.getRangeAt(0).commonAncestorContainer) ? selection.toString() : ''
}
