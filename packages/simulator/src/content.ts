/**
 * The simulated model's text: prose from the Markdown files in `content/`, chosen by the words of the question and
 * composed with seeded chance. It always identifies itself: the first answer of a conversation opens with a line in
 * italics. Pure once loaded.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { withoutDirectives } from './directive.ts'
import {
  CLOSINGS,
  CONTINUATIONS,
  GREETINGS,
  NOTICE,
  OPENINGS,
  OPENINGS_WITHOUT_QUESTION,
  THOUGHTS,
} from './phrases.ts'
import type { Random } from './random.ts'
import type { MessagesRequest, Turn } from './request.ts'

export type Library = {
  /** @param length code units wanted; a natural length (about 1,000 to 3,000) if omitted. */
  answer(request: MessagesRequest, length: number | undefined, random: Random): string
  /** The model's thinking before the answer: a few sentences. */
  thinking(request: MessagesRequest, random: Random): string
}

type Piece = { readonly words: readonly string[]; readonly text: string }

const CONTINUE = /continue your previous answer exactly where it stopped/i
const GREETING = /^(hi|hello|hey|thanks|thank you|good (morning|afternoon|evening))\b/i
const QUOTED_WORDS = 9
/** Length of the end of a stopped answer that is looked up to continue from there, code units. */
const TAIL = 40
const SHORTEST_TAIL = 12

/** Reads the files once; each begins with a comment that lists its keywords. */
export function loadLibrary(): Library {
  const folder = new URL('./content/', import.meta.url)
  const pieces = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readPiece(readFileSync(new URL(name, folder), 'utf8')))
  return {
    answer: (request, length, random) => compose(pieces, request, length, random),
    thinking: (request, random) => {
      const quote = quoteOf(questionOf(request.turns))
      return random.pick(THOUGHTS).replace('%', quote === '' ? 'the last message' : `“${quote}”`)
    },
  }
}

function readPiece(file: string): Piece {
  const [, words = '', text = file] = /^<!-- words: (.*?) -->\s*([\s\S]*)$/.exec(file) ?? []
  return { words: words.split(', ').filter((word) => word !== ''), text: text.trimEnd() }
}

function compose(
  pieces: readonly Piece[],
  request: MessagesRequest,
  length: number | undefined,
  random: Random,
): string {
  const question = questionOf(request.turns)
  const earlier = request.turns.filter((turn) => turn.role === 'assistant').map(textOf)
  if (CONTINUE.test(lastSaid(request.turns))) {
    const rest = continuation(pieces, earlier.at(-1) ?? '', random)
    return length === undefined ? rest : lengthen(rest, length, pieces, random)
  }
  const notice = earlier.length === 0 ? `${NOTICE}\n\n` : ''
  const wordCount = question.split(/\s+/).length
  if (length === undefined && wordCount <= 4 && GREETING.test(question)) {
    return notice + random.pick(GREETINGS)
  }
  const quote = quoteOf(question)
  const opening =
    quote === ''
      ? random.pick(OPENINGS_WITHOUT_QUESTION)
      : random.pick(OPENINGS).replace('%', () => quote)
  const piece = choosePiece(pieces, question, earlier, random)
  const text = `${notice}${opening}\n\n${piece.text}`
  if (length === undefined) return `${text}\n\n${random.pick(CLOSINGS)}`
  return lengthen(text, length, pieces, random)
}

/** The piece with the most words of the question; among equals one that was not used yet, at random. */
function choosePiece(
  pieces: readonly Piece[],
  question: string,
  earlier: readonly string[],
  random: Random,
): Piece {
  const asked = new Set(question.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  const score = (piece: Piece) => {
    const told = earlier.some((text) => text.includes(piece.text.slice(0, TAIL)))
    return 2 * piece.words.filter((word) => asked.has(word)).length - (told ? 1 : 0)
  }
  const best = Math.max(...pieces.map(score))
  return random.pick(pieces.filter((piece) => score(piece) === best))
}

/** The rest of the stopped answer, if it is ours; else sentences that could follow any answer. */
function continuation(pieces: readonly Piece[], stopped: string, random: Random): string {
  const trimmed = stopped.trimEnd()
  const tail = trimmed.slice(-TAIL)
  if (tail.length >= SHORTEST_TAIL) {
    for (const { text } of pieces) {
      const at = text.indexOf(tail)
      if (at === -1) continue
      const rest = text.slice(at + tail.length)
      const gap = stopped.slice(trimmed.length)
      if (rest.trim() !== '') return rest.startsWith(gap) ? rest.slice(gap.length) : rest
    }
  }
  return random.pick(CONTINUATIONS)
}

/** Exactly `length` code units, or one less if that would cut a surrogate pair. */
function lengthen(start: string, length: number, pieces: readonly Piece[], random: Random): string {
  const parts = [start]
  let total = start.length
  let next = random.between(0, pieces.length - 1)
  while (total < length) {
    const part = `\n\n${pieces[next % pieces.length]?.text ?? ''}`
    parts.push(part)
    total += part.length
    next += 1
  }
  const text = parts.join('').slice(0, length)
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text
}

function textOf(turn: Turn): string {
  return turn.blocks.map((block) => block.text).join('\n')
}

/**
 * The last message of the user, directives included. A turn may contain the messages of several people, each in
 * `<message …>` tags: then the text after the last tag counts, or else the content of the last message, so that nobody
 * gets a scenario that another person asked for.
 */
export function lastSaid(turns: readonly Turn[]): string {
  const text = turns.findLast((turn) => turn.role === 'user')?.blocks.at(-1)?.text ?? ''
  const end = Math.max(text.lastIndexOf('</message>'), text.lastIndexOf('</note>'))
  if (end === -1) return text
  const after = text.slice(text.indexOf('>', end) + 1).trim()
  if (after !== '') return after
  const close = text.lastIndexOf('</message>')
  const open = text.lastIndexOf('<message', close)
  return close === -1 || open === -1 ? text : text.slice(text.indexOf('>', open) + 1, close)
}

/** The last paragraph of the user's last message, without markup and directives. */
function questionOf(turns: readonly Turn[]): string {
  const paragraphs = withoutDirectives(lastSaid(turns))
    .replaceAll(/<[^<>]*>/g, ' ')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/[*_`#>|]/g, '').trim())
    .filter((paragraph) => /[\p{L}\p{N}]/u.test(paragraph))
  return paragraphs.at(-1) ?? ''
}

function quoteOf(question: string): string {
  const words = (question.split('\n')[0] ?? '').split(/\s+/)
  const quoted = words.slice(0, QUOTED_WORDS).join(' ').slice(0, 120)
  return words.length > QUOTED_WORDS ? `${quoted} …` : quoted
}
