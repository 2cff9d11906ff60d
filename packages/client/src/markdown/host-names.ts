// Host names in addresses. Browsers turn other scripts into punycode themselves, so the build replaces the parser's own
// implementation with this (vite.config.ts). A name written in punycode is shown as punycode, since the decoded name may be
// made to look like another host.

export default {
  /** Throws if it is not a host name; then the parser leaves the address as it is. */
  toASCII: (host: string): string => new URL(`http://${host}`).hostname,
  toUnicode: (host: string): string => host,
}
