// Five parts of the markdown parser are large tables or depend on them. Small replacements (docs/decisions) stand in for
// them, in the build and in the tests alike, so the tests cover the code that readers get.
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
