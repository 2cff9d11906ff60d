// Markdown tokens to virtual nodes. No HTML string ever exists, so nothing can be smuggled into one.
//
// Guarantees: only the elements listed here, only the attributes written here; an address is followed only
// if `safeHref` lets it; an image is a link to it and never loaded; an unknown token is its text; a block
// that cannot be rendered is its source.
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
  /** Where it begins among the tokens. */
  readonly from: number
}

/** An item or a row that is drawn as a whole, and the tokens that it is made of. */
interface Row {
  readonly tokens: readonly Token[]
  /** Whether the block was being written, where there is code in the row, which looks otherwise then; null: there is none. */
  readonly openCode: boolean | null
  readonly node: VNode
}
/** Those of a block, by where they begin: as long as they are the same, more is drawn, or written, without drawing them again. */
export interface Rows {
  /** As they were drawn before. */
  readonly before: ReadonlyMap<number, Row>
  /** As they are drawn now. */
  readonly now: Map<number, Row>
}
const ROW = /^(?:li|tr)$/

const HEADING = /^h[1-6]$/
const ELEMENTS = new Set(
  'p ul ol li blockquote thead tbody tr th td em strong s h1 h2 h3 h4 h5 h6'.split(' '),
)
/** Their text runs its own way, whatever that around them does. */
const OWN_WAY: ReadonlySet<string> = new Set(['li', 'th', 'td'])
/** A block, and the level at which a heading in it is shown. */
type Shown = Pick<Block, 'source' | 'open'> & { readonly heading: number }
const TASK = /^\[([ xX])\]\s/
const CLOSED_BY: Readonly<Record<string, string>> = { '\\[': '\\]', '\\(': '\\)' }

/**
 * Renders one top-level block; never throws.
 * @param heading the level of a heading in it, see `headings.ts`
 * @param upTo how many of its tokens are drawn
 * @param rows what was drawn in its place before, with headings of this level, and a place for what is drawn now
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
    // ignored because: the text itself is shown instead.
  }
  // Of a block with tokens that cannot be rendered, `upTo` counts those.
  const pieces = tokens === null ? upTo : Infinity
  return upTo < 1 ? [] : [h(PlainText, { text: source.trimEnd(), upTo: pieces })]
}

/** @param block what they are of; @param upTo how many of them: what is open then ends there */
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
        // Vue leaves alone what is the same node as before, where it is remembered in this way.
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
      // With those within it.
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

/** Whether two tokens are drawn alike. */
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

/** Of the text that begins a list item: is it a task, and done? */
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

/** Of a heading whose text is still to come, and above a column without a name, there is nothing to announce. */
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

/** Loading it would tell its host who reads what, without anybody having pressed anything. */
function image(address: string, description: string): VNode {
  const href = safeHref(address)
  const name = description.trim() || words.reading.image
  if (href === null) return h('span', { class: 'image' }, name)
  const chip = link(href, [words.reading.imageAt(name, destination(href))])
  return h('span', { class: 'image' }, chip)
}
