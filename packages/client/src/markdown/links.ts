// Decides which addresses in an answer may be followed.

const ALLOWED = new Set(['http:', 'https:', 'mailto:'])

/** Returns the address as the browser understands it, or null unless it is http, https or mailto. */
export function safeHref(href: string): string | null {
  const url = URL.parse(href)
  return url !== null && ALLOWED.has(url.protocol) ? url.href : null
}

/** The destination of an address, for people: the host or the mailbox. */
export function destination(href: string): string {
  const url = URL.parse(href)
  return url === null ? href : url.host || url.pathname
}
