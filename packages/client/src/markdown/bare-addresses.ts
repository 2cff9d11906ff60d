// Finds addresses in text without markup: those that begin with http, https or www, and mailboxes. The build replaces the
// parser's own finder with this (vite.config.ts). That one also guesses hosts without a scheme, which takes large tables of
// Unicode characters and top-level domains.

interface Found {
  readonly schema: string
  readonly index: number
  readonly lastIndex: number
  readonly raw: string
  readonly text: string
  readonly url: string
}

const ADDRESS =
  /(?<![\w/@.-])(?:(?:https?:\/\/|www\.)[^\s<>"`\\^{}|\p{Cc}\u3000-\u303f\uff00-\uff65]{1,2000}|[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24})/giu
/** The same, only at the start of a text: the parser asks at each scheme, and a full search each time would be quadratic. */
const AT_START = new RegExp(ADDRESS.source, 'iuy')

export class LinkifyIt {
  test(text: string): boolean {
    return this.match(text) !== null
  }

  match(text: string): Found[] | null {
    const all = [...text.matchAll(ADDRESS)].flatMap(({ 0: raw, index }) => found(raw, index) ?? [])
    return all.length === 0 ? null : all
  }

  /** The address that a text begins with, if it begins with a scheme. */
  matchAtStart(text: string): Found | null {
    AT_START.lastIndex = 0
    const [raw] = AT_START.exec(text) ?? []
    return raw !== undefined && /^https?:/i.test(raw) ? found(raw, 0) : null
  }
}

function found(matched: string, index: number): Found | null {
  const address = withoutEnding(matched)
  const host = /^(?:https?:\/\/|www\.)(.*)/i.exec(address)?.[1] ?? 'mailbox'
  return /^[\p{L}\p{N}[]/u.test(host) ? one(address, index) : null
}

function one(raw: string, index: number): Found {
  const isMail = !/^(?:https?:|www\.)/i.test(raw)
  const schema = isMail ? 'mailto:' : (/^https?:/i.exec(raw)?.[0].toLowerCase() ?? '')
  const url = isMail ? `mailto:${raw}` : schema === '' ? `http://${raw}` : raw
  return { schema, index, lastIndex: index + raw.length, raw, text: raw, url }
}

/** Strips punctuation that ends a sentence, and a closing bracket that was opened before the address. */
function withoutEnding(address: string): string {
  let end = address.length
  for (; end > 0; end--) {
    const last = address[end - 1] ?? ''
    if (/[.,;:!?'*_~]/.test(last)) continue
    const opening = { ')': '(', ']': '[' }[last]
    if (opening === undefined) break
    const before = address.slice(0, end)
    if (before.split(last).length <= before.split(opening).length) break
  }
  return address.slice(0, end)
}
