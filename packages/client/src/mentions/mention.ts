// Mentioning members by name: the text typed after an @, the people who match it, and the mentions in a text.

/** A person who can be mentioned. */
export interface Mentionable {
  readonly memberId: string
  readonly name: string
}

/** The text between an @ and the caret. `from` is the place of the @, in UTF-16 units. */
export interface MentionQuery {
  readonly from: number
  readonly to: number
  readonly words: string
}

/** Names may contain spaces, but nobody searches with a whole sentence. In UTF-16 units. */
const LONGEST_QUERY = 40
/** People offered at once. */
const OFFERED = 6
/** Mentions marked in one message. */
const MOST_MARKED = 200

/** Claude, in the list of people to mention though it is not a member. */
export const CLAUDE: Mentionable = { memberId: 'claude', name: 'Claude' }

/** The mention being typed right before the caret; null if there is none. */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
  const before = text.slice(Math.max(0, caret - LONGEST_QUERY), caret)
  const at = before.lastIndexOf('@')
  if (at < 0 || (at > 0 && isWord(before[at - 1]))) return null
  const words = before.slice(at + 1)
  if (/^\s|[\n@]|\s\s/.test(words)) return null
  return { from: caret - before.length + at, to: caret, words }
}

/** The people who match the query: first those whose name begins with it, then those with a later word that does. */
export function mentionable(
  query: MentionQuery,
  people: readonly Mentionable[],
): readonly Mentionable[] {
  const wanted = folded(query.words)
  const begins = people.filter(({ name }) => folded(name).startsWith(wanted))
  const within = people.filter(
    (person) => !begins.includes(person) && folded(person.name).includes(` ${wanted}`),
  )
  return [...begins, ...within].slice(0, OFFERED)
}

/** The text with the name in place of the query, and the caret after it. */
export function withMention(
  text: string,
  { from, to }: MentionQuery,
  name: string,
): { readonly text: string; readonly caret: number } {
  const rest = text.slice(to)
  const head = `${text.slice(0, from)}@${name}${rest.startsWith(' ') ? '' : ' '}`
  return { text: head + rest, caret: from + name.length + 2 }
}

/** A stretch of a text; with `memberId` if it is a mention. */
export interface Stretch {
  readonly text: string
  readonly memberId: string | null
}

/** Splits a text into mentions of these people and the text between them. */
export function stretches(text: string, people: readonly Mentionable[]): readonly Stretch[] {
  if (people.length === 0 || !text.includes('@')) return [{ text, memberId: null }]
  // The longest first, so that "@Ana Maria" does not mention Ana.
  const order = people.toSorted((one, other) => other.name.length - one.name.length)
  const found: Stretch[] = []
  let plain = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (found.length >= 2 * MOST_MARKED) break
    const called = at > 0 && isWord(text[at - 1]) ? null : calledAt(text, at, order)
    if (!called) continue
    const end = at + 1 + called.name.length
    if (at > plain) found.push({ text: text.slice(plain, at), memberId: null })
    found.push({ text: text.slice(at, end), memberId: called.memberId })
    plain = end
    at = end - 1
  }
  if (plain < text.length) found.push({ text: text.slice(plain), memberId: null })
  return found
}

/**
 * The members mentioned in a text, each once. If several share a name, those chosen from the list count, else all of them.
 * @param chosen members chosen from the list while the text was written
 */
export function mentionsIn(
  text: string,
  people: readonly Mentionable[],
  chosen: readonly string[],
): readonly string[] {
  const called = new Set(
    stretches(text, people).flatMap(({ memberId, text: name }) =>
      memberId === null ? [] : [folded(name.slice(1))],
    ),
  )
  const meant = people.filter(({ name }) => called.has(folded(name)))
  return meant
    .filter(({ memberId, name }) => {
      const named = meant.filter((other) => folded(other.name) === folded(name))
      const picked = named.filter((other) => chosen.includes(other.memberId))
      return picked.length === 0 || picked.some((other) => other.memberId === memberId)
    })
    .map(({ memberId }) => memberId)
}

function calledAt(
  text: string,
  at: number,
  people: readonly Mentionable[],
): Mentionable | undefined {
  return people.find(({ name }) => {
    const end = at + 1 + name.length
    return folded(text.slice(at + 1, end)) === folded(name) && !isWord(text[end])
  })
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character)
}

function folded(name: string): string {
  return name.toLocaleLowerCase()
}
