// The digest of a reply: what the end of a generation carries so that every screen can check its text.
// SHA-256 from @noble/hashes: synchronous and the same in Node and browsers, also on plain http,
// where crypto.subtle does not exist.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Takes the whole text of a reply, gives the SHA-256 of its UTF-8 bytes in lower-case hex. */
export function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}
