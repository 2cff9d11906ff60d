// Two pages that show an answer: one as the room does, built the same way, and one that parses the whole text again
// each time and sets it as HTML.
import { join } from 'node:path'
import { defineConfig } from 'vite'
import client from '../../../packages/client/vite.config.ts'

const page = (name: string) => join(import.meta.dirname, name)
const libraries = join(client.root ?? '', 'node_modules')

export default defineConfig({
  ...client,
  root: import.meta.dirname,
  plugins: [],
  define: {
    // The page counts how often blocks are drawn, through a hook of the options API.
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  // Uses the client's libraries, so that each exists once.
  resolve: {
    alias: [
      ...(Array.isArray(client.resolve?.alias) ? client.resolve.alias : []),
      { find: /^(vue|markdown-it)$/, replacement: join(libraries, '$1') },
    ],
  },
  build: {
    ...client.build,
    rolldownOptions: { input: [page('index.html'), page('baseline.html')] },
  },
})
