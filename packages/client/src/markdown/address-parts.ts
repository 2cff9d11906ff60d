// Percent-encodes addresses for links and decodes them for display. The build replaces the parser's own URL parsing with
// this (vite.config.ts): browsers parse URLs themselves, including hosts in other scripts.

interface Parts {
  readonly pathname: string
}

const DECODED = /(?:%[0-9a-f]{2})+/gi
/** Escapes and the characters to encode. Brackets are left as they are, since IPv6 hosts contain them. */
const KEPT = /%[0-9a-f]{2}|[^a-z0-9;/?:@&=+$,\-_.!~*'()#[\]]/giu

export const parse = (address: string): Parts => ({ pathname: address })
export const format = ({ pathname }: Parts): string => pathname

/** Percent-encodes the characters that an address must not contain; existing escapes stay. */
export function encode(address: string): string {
  return address
    .toWellFormed()
    .replace(KEPT, (part) =>
      part.length === 3 && part.startsWith('%') ? part : encodeURIComponent(part),
    )
}

/** Decodes an address for people, except for the characters that separate its parts. */
export function decode(address: string, kept = decode.defaultChars): string {
  return address.replace(DECODED, (run) => {
    try {
      return [...decodeURIComponent(run)]
        .map((sign) => (kept.includes(sign) ? encodeURIComponent(sign) : sign))
        .join('')
    } catch {
      // ignored because: the bytes are not valid text, so the escapes stay.
      return run
    }
  })
}
decode.defaultChars = ';/?:@&=+$,#'
