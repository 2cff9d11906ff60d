// How the page is built and, while developing, served: `vite packages/client` in front of a running server.
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { parserParts } from './parser-parts.ts'

const server = 'http://127.0.0.1:3000'

/** Every browser that can show the page at all takes the first of the three kinds of fonts that KaTeX names. */
const oneKindOfFont: Plugin = {
  name: 'one-kind-of-font',
  enforce: 'pre',
  transform: {
    filter: { id: /katex.*\.css/ },
    handler: (code) => code.replace(/,\s*url\([^)]+\.(woff|ttf)\)\s*format\([^)]+\)/g, ''),
  },
}

/** The server takes WebSockets only (transport-socket.ts asks for nothing else), so the other ways stay out. */
const webSocketsOnly: Plugin = {
  name: 'web-sockets-only',
  transform: {
    filter: { id: /engine\.io-client.build.esm.transports.(?:index|polling-xhr)\.js$/ },
    handler: (_, id) =>
      id.endsWith('index.js')
        ? `import { WS } from './websocket.js'\nexport const transports = { websocket: WS }`
        : 'export const XHR = null',
  },
}

const source = (path: string) => join(import.meta.dirname, 'src', path)
/** The areas that every page needs. Their views, forms and dialogs, and words that wait for a press, are loaded on demand. */
const BASE = [
  'App.vue',
  'router.ts',
  'api/',
  'browser/',
  'preferences/',
  'rooms/',
  'session/',
  'text/',
  'ui/',
  'wording/',
].map(source)
const ON_DEMAND = /(?:View|Dialog)\.vue|\/(?:forms|on-demand)\//
const LIBRARIES = /node_modules.(@vue|vue|vue-router|valibot)\//

/** What every page needs, and what a room needs besides; each with all that it imports. The pages before a room get by without
 *  the second. test/page/bytes.test.ts weighs them. */
const groups = [
  {
    name: 'base',
    test: (id: string) =>
      LIBRARIES.test(id) || (BASE.some((area) => id.startsWith(area)) && !ON_DEMAND.test(id)),
    priority: 2,
  },
  {
    name: 'room',
    test: (id: string) => id === source('room-page/RoomsView.vue'),
    priority: 1,
  },
]

export default defineConfig({
  root: import.meta.dirname,
  // No component here is written in the old style: its half of Vue stays out.
  plugins: [vue({ features: { optionsAPI: false } }), oneKindOfFont, webSocketsOnly],
  resolve: {
    alias: parserParts,
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    // The policy of the page (default-src 'none') lets no data: font in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // All that a room loads by itself in two files: a dozen small ones do not compress as well.
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
  server: {
    proxy: {
      '/api': { target: server },
      '/socket.io': { target: server, ws: true },
    },
  },
})
