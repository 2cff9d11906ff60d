// Two pages with an answer in them: as the room shows it, built in the same way, and as a page would that parses all of
// it anew and sets it as HTML.
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
    // The page counts how often blocks are drawn, in a way that only the old half of Vue knows.
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  // The libraries are the client's, so that there is one of each.
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
