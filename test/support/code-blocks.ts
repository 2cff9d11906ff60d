// The programs in a page of documentation: fenced blocks with a name after their language.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @param page its path relative to the root of the repository; @returns the code of each block by name */
export function codeBlocks(page: string): (name: string) => string {
  const text = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8')
  const blocks = new Map(
    [...text.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, name, code]) => [name, code]),
  )
  return (name) => {
    const code = blocks.get(name)
    if (code === undefined) throw new Error(`${page} has no program ${name}`)
    return code
  }
}
