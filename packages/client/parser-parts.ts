// Five parts of the markdown parser are tables, or need them; ours are small (docs/decisions). The build and the tests both
// put ours in their place, so what is tested is what readers get.
import { join } from 'node:path'

const markdown = (file: string) => join(import.meta.dirname, 'src/markdown', file)

/** Aliases for Vite. */
export const parserParts = [
  { find: /^entities$/, replacement: markdown('character-references.ts') },
  { find: /^uc\.micro$/, replacement: markdown('character-classes.ts') },
  { find: /^linkify-it$/, replacement: markdown('bare-addresses.ts') },
  { find: /^punycode\.js$/, replacement: markdown('host-names.ts') },
  { find: /^mdurl$/, replacement: markdown('address-parts.ts') },
]
