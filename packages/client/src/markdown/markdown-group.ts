// A group of consecutive blocks of an answer. It is rendered again only when one of them changes.
import { type FunctionalComponent, h } from 'vue'
import type { Group } from './groups.ts'
import MarkdownBlock from './markdown-block.ts'

const MarkdownGroup: FunctionalComponent<{ group: Group }> = ({ group }) =>
  group.map(({ block, heading, upTo }) => h(MarkdownBlock, { key: block.id, block, heading, upTo }))
MarkdownGroup.props = ['group']

export default MarkdownGroup
