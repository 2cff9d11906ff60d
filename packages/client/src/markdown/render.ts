// Turns markdown tokens into virtual nodes. No HTML string ever exists, so nothing can be smuggled into one.
//
// Guarantees: only the elements listed here and the attributes written here occur; only addresses that `safeHref` allows
// become links; an image is never loaded, only linked to; an unknown token is its text; a block that cannot be rendered is
// its source.
import { h, type VNode, withMemo } from 'vue'
import { drawable } from '../text/drawable.ts'
import { words } from '../wording/language.ts'
import type { Block } from './blocks.ts'
import CodeBlock from './code-block.ts'
import type { Token } from './engine.ts'
import FormulaText from './formula.ts'
import { destination, safeHref } from './links.ts'
import PlainText from './plain-text.ts'
import { isCodeToken } from './stretches.ts'
import TableBlock from './table-block.ts'

type Child = VNode | string
type Frame = {
  readonly token: Token | null
  readonly children: Child[]
  readonly task: boolean
  /** The index of its first token. */
  readonly from: number
}

/** A list item or table row that was drawn completely, and its tokens. */
interface Row {
  readonly tokens: readonly Token[]
  /** Whether the block was open, for a row with code, which looks different then; null for a row without code. */
  readonly openCode: boolean | null
  readonly node: VNode
}
/** The rows of a block by the index of their first token. Unchanged rows are not drawn again when the block grows. */
export interface Rows {
  /** The rows of the previous drawing. */
  readonly before: ReadonlyMap<number, Row>
  /** The rows of this drawing. */
  readonly now: Map<number, Row>
}
const ROW = /^(?:li|tr)$/

const HEADING = /^h[1-6]$/
const ELEMENTS = new Set(
  'p ul ol li blockquote thead tbody tr th td em strong s h1 h2 h3 h4 h5 h6'.split(' '),
)
/** Elements whose text has its own direction, whatever the direction around them. */
const OWN_WAY: ReadonlySet<string> = new Set(['li', 'th', 'td'])
/** A block, and the level at which a heading in it is shown. */
type Shown = Pick<Block, 'source' | 'open'> & { readonly heading: number }
const TASK = /^\[([ xX])\]\s/
const CLOSED_BY: Readonly<Record<string, string>> = { '\\[': '\\]', '\\(': '\\)' }

/**
 * Renders one top-level block; never throws.
 * @param heading the level of a heading in it, see `headings.ts`
 * @param upTo how many of its tokens to draw
 * @param rows the rows of the previous drawing, with headings at the same level, and a map that receives those of this one
 */
export function renderBlock(
  { source, tokens, open }: Block,
  heading: number,
  upTo = Infinity,
  rows?: Rows,
): Child[] {
  try {
    if (tokens !== null) return renderTokens(tokens, { source, open, heading }, upTo, rows)
  } catch {
    // ignored because: the source is shown instead.
  }
  // If the block has tokens, which failed to render, `upTo` counts tokens and not pieces.
  const pieces = tokens === null ? upTo : Infinity
  return upTo < 1 ? [] : [h(PlainText, { text: source.trimEnd(), upTo: pieces })]
}

/** @param block the block of the tokens; @param upTo how many of them to draw: elements still open there end there */
function renderTokens(
  tokens: readonly Token[],
  block: Shown,
  upTo = Infinity,
  rows?: Rows,
): Child[] {
  const root: Frame = { token: null, children: [], task: false, from: 0 }
  const stack: Frame[] = [root]
  const close = (end: number): void => {
    const ended = stack.pop()
    if (ended === undefined) return
    const parent = stack.at(-1) ?? root
    const nodes = element(ended, block)
    const [node] = nodes
    if (rows && end < upTo && ROW.test(ended.token?.tag ?? '') && typeof node === 'object') {
      const own = tokens.slice(ended.from, end + 1)
      rows.now.set(ended.from, {
        tokens: own,
        openCode: own.some(isCodeToken) ? block.open : null,
        // Vue skips a memoized node that is the same object as before.
        node: withMemo([], () => node, [], ended.from),
      })
    }
    parent.children.push(...nodes)
  }
  for (let index = 0; index < tokens.length && index < upTo; index++) {
    const token = tokens[index]
    const parent = stack.at(-1) ?? root
    const kept = rows?.before.get(index)
    if (
      rows &&
      kept &&
      index + kept.tokens.length <= upTo &&
      isAt(kept, tokens, index, block.open)
    ) {
      parent.children.push(kept.node)
      const last = index + kept.tokens.length - 1
      // Keep the rows nested in it as well.
      for (; index <= last; index++) {
        const row = rows.before.get(index)
        if (row) rows.now.set(index, row)
      }
      index = last
    } else if (token && token.nesting > 0) {
      const task = taskMark(tokens, index + 2) !== null
      stack.push({ token, children: [], task, from: index })
    } else if (token?.nesting === 0) {
      parent.children.push(...leaf(token, taskMark(tokens, index), block))
    } else if (stack.length > 1) close(index)
  }
  while (stack.length > 1) close(Infinity)
  return root.children
}

function isAt(
  { tokens, openCode }: Row,
  all: readonly Token[],
  from: number,
  isOpen: boolean,
): boolean {
  if (openCode !== null && openCode !== isOpen) return false
  return tokens.every((token, index) => isSame(token, all[from + index]))
}

/** Whether two tokens look the same. */
function isSame(one: Token, other: Token | undefined): boolean {
  if (one === other) return true
  return (
    other !== undefined &&
    one.type === other.type &&
    one.level === other.level &&
    one.hidden === other.hidden &&
    one.content === other.content &&
    one.info === other.info &&
    one.markup === other.markup &&
    JSON.stringify(one.attrs) === JSON.stringify(other.attrs) &&
    one.children?.length === other.children?.length &&
    (one.children ?? []).every((child, index) => isSame(child, other.children?.[index]))
  )
}

/** Whether the text at the beginning of a list item makes it a task, and whether that is done. */
function taskMark(tokens: readonly Token[], index: number): 'done' | 'open' | null {
  const token = tokens[index]
  if (token?.type !== 'inline' || tokens[index - 2]?.type !== 'list_item_open') return null
  const mark = TASK.exec(token.content)?.[1]
  if (mark === undefined || token.children?.[0]?.type !== 'text') return null
  return mark === ' ' ? 'open' : 'done'
}

function element({ token, children, task }: Frame, { source, heading }: Shown): Child[] {
  if (token === null || token.hidden) return children
  const attributes =
    (token.level === 0 && token.block) || OWN_WAY.has(token.tag) ? { dir: 'auto' } : {}
  if (token.type === 'link_open') return [link(String(token.attrGet('href')), children)]
  if (token.tag === 'table')
    return [h(TableBlock, { source: token.level === 0 ? source.trimEnd() : null, rows: children })]
  if (!ELEMENTS.has(token.tag)) return children
  return [
    h(shownTag(token.tag, children, heading), { ...attributes, ...extra(token, task) }, children),
  ]
}

/** A heading without text yet is a `p`, and a header cell without text a `td`, so that they are not announced. */
function shownTag(tag: string, children: readonly Child[], heading: number): string {
  const isEmpty = children.every((child) => child === '')
  if (HEADING.test(tag)) return isEmpty ? 'p' : `h${heading}`
  return tag === 'th' && isEmpty ? 'td' : tag
}

function extra(token: Token, task: boolean): Record<string, unknown> {
  switch (token.tag) {
    case 'ol': {
      const start = Number(token.attrGet('start') ?? 1)
      return start === 1 ? {} : { start }
    }
    case 'li':
      return task ? { class: 'task' } : {}
    case 'th':
    case 'td': {
      const side = /text-align:(left|center|right)/.exec(String(token.attrGet('style')))?.[1]
      return side === undefined ? {} : { class: `align-${side}` }
    }
    default:
      return {}
  }
}

function leaf(token: Token, task: 'done' | 'open' | null, block: Shown): Child[] {
  switch (token.type) {
    case 'inline': {
      const nodes = renderTokens(token.children ?? [], block)
      return task === null ? nodes : taskItem(nodes, task === 'done')
    }
    case 'code_inline':
      return [h('code', drawable(token.content))]
    case 'softbreak':
      return ['\n']
    case 'hardbreak':
      return [h('br')]
    case 'hr':
      return [h('hr')]
    case 'image':
      return [image(String(token.attrGet('src')), token.content)]
    case 'fence':
    case 'code_block':
      return [codeBlock(token, block.open)]
    case 'formula':
      return [formula(token)]
    default:
      return [drawable(token.content)]
  }
}

function codeBlock(token: Token, open: boolean): VNode {
  const language = token.info.trim().split(/\s+/)[0] ?? ''
  return h(CodeBlock, { code: token.content, language, open })
}

function formula({ content, markup, info, block }: Token): VNode {
  const open = info === 'open'
  const separator = block ? '\n' : ''
  const ending = open ? '' : `${separator}${CLOSED_BY[markup] ?? markup}`
  return h(FormulaText, {
    tex: content,
    source: `${markup}${separator}${content}${ending}`,
    display: markup === '$$' || markup === '\\[',
    open,
  })
}

function taskItem([first, ...rest]: Child[], checked: boolean): Child[] {
  const label = checked ? words.reading.taskDone : words.reading.taskOpen
  return [
    h('input', { type: 'checkbox', disabled: true, checked, 'aria-label': label }),
    typeof first === 'string' ? first.replace(TASK, '') : (first ?? ''),
    ...rest,
  ]
}

function link(address: string, children: Child[]): VNode {
  const href = safeHref(address)
  if (href === null) return h('span', children)
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, children)
}

/** An image is only a link: loading it would tell its host who reads the answer before the reader pressed anything. */
function image(address: string, description: string): VNode {
  const href = safeHref(address)
  const name = description.trim() || words.reading.image
  if (href === null) return h('span', { class: 'image' }, name)
  const chip = link(href, [words.reading.imageAt(name, destination(href))])
  return h('span', { class: 'image' }, chip)
}
