// The digest of a reply. The end of a generation carries it so that every screen can check its text.
// SHA-256 from @noble/hashes: synchronous and the same in Node and browsers, even over plain http,
// where crypto.subtle does not exist.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Returns the SHA-256 of the UTF-8 bytes of a reply's whole text, in lower-case hex. */
export function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}
