// Two pages with an answer in them: as the room shows it, by the room's own parts built in the same way, and as a page
// would that parses all of it anew and sets it as HTML.
import { join } from 'node:path'
import { defineConfig, mergeConfig } from 'vite'
import client from '../../../packages/client/vite.config.ts'

const page = (name: string) => join(import.meta.dirname, name)

export default mergeConfig(
  client,
  defineConfig({
    root: import.meta.dirname,
    // The libraries are the client's, so that there is one of each.
    resolve: {
      alias: [
        {
          find: /^(vue|markdown-it)$/,
          replacement: join(client.root ?? '', 'node_modules', '$1'),
        },
      ],
    },
    build: { rolldownOptions: { input: [page('index.html'), page('baseline.html')] } },
  }),
)
