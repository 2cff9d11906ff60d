// Colours code. This module is loaded when an answer contains code; its result is a tree, never an HTML string.
import { createLowlight } from 'lowlight'
import bash from 'highlight.js/lib/languages/bash'
import cpp from 'highlight.js/lib/languages/cpp'
import css from 'highlight.js/lib/languages/css'
import go from 'highlight.js/lib/languages/go'
import java from 'highlight.js/lib/languages/java'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'

/** A run of text, or a run in one colour. */
export type Colour = string | { readonly classes: string; readonly children: readonly Colour[] }

/** Nesting depth of colours. Code made of brackets alone would nest its elements until the browser crashes. */
const DEEPEST = 30

const lowlight = createLowlight({
  ...{ bash, cpp, css, go, java, json, python, rust, sql, typescript, xml, yaml },
})
lowlight.registerAlias({
  bash: ['shell', 'console', 'zsh'],
  typescript: ['javascript', 'js', 'jsx', 'mjs', 'cjs'],
  xml: ['vue', 'svelte'],
  cpp: ['c', 'h', 'arduino'],
  css: ['scss', 'less'],
  json: ['json5'],
})

/** @returns null for a language without colours */
export function highlight(code: string, language: string): readonly Colour[] | null {
  const name = language.toLowerCase()
  if (!lowlight.registered(name)) return null
  return lowlight.highlight(name, code).children.flatMap((node) => colour(node, 1))
}

type Tree = ReturnType<typeof lowlight.highlight>['children'][number]

function colour(node: Tree, depth: number): Colour[] {
  if (node.type === 'text') return [node.value]
  if (node.type !== 'element') return []
  if (depth > DEEPEST) return [textOf(node)]
  const classes = node.properties['className']
  const children = node.children.flatMap((child) => colour(child, depth + 1))
  return [{ classes: Array.isArray(classes) ? classes.join(' ') : '', children }]
}

/** The text of a tree. It walks instead of recursing, since a tree may be thousands of levels deep here. */
function textOf(root: Tree): string {
  let text = ''
  const left = [root]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === 'text') text += node.value
    else if (node.type === 'element') left.push(...node.children.toReversed())
  }
  return text
}
