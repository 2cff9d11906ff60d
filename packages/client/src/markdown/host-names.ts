// Host names in addresses. Browsers turn other scripts into punycode themselves; the build puts this in the place of
// the parser's own copy of that (vite.config.ts). A name that was written in punycode is shown so: what looks like
// another host may be meant to.

export default {
  /** Throws where it is no host name; then the parser takes the address as it is. */
  toASCII: (host: string): string => new URL(`http://${host}`).hostname,
  toUnicode: (host: string): string => host,
}
