// Addresses as the parser writes them: with percent signs in links, without them in text. The build puts this in the place of
// the parser's own taking apart of addresses (vite.config.ts): browsers do that themselves, also with hosts of other scripts.

interface Parts {
  readonly pathname: string
}

const DECODED = /(?:%[0-9a-f]{2})+/gi
/** Besides letters and digits; brackets are part of hosts that are numbers. */
const KEPT = /%[0-9a-f]{2}|[^a-z0-9;/?:@&=+$,\-_.!~*'()#[\]]/giu

export const parse = (address: string): Parts => ({ pathname: address })
export const format = ({ pathname }: Parts): string => pathname

/** What may not stand in an address as it is, in percent signs; what is in percent signs stays so. */
export function encode(address: string): string {
  return address
    .toWellFormed()
    .replace(KEPT, (part) =>
      part.length === 3 && part.startsWith('%') ? part : encodeURIComponent(part),
    )
}

/** For people: what is in percent signs as it reads, but for signs that part an address. */
export function decode(address: string, kept = decode.defaultChars): string {
  return address.replace(DECODED, (run) => {
    try {
      return [...decodeURIComponent(run)]
        .map((sign) => (kept.includes(sign) ? encodeURIComponent(sign) : sign))
        .join('')
    } catch {
      // ignored because: it is no text, so it stays as it is written.
      return run
    }
  })
}
decode.defaultChars = ';/?:@&=+$,#'
