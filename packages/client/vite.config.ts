// Builds the page, and serves it during development: `vite packages/client` in front of a running server.
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { parserParts } from './parser-parts.ts'

const server = 'http://127.0.0.1:3000'

/** Every supported browser uses the first of the three font formats that KaTeX names. */
const oneKindOfFont: Plugin = {
  name: 'one-kind-of-font',
  enforce: 'pre',
  transform: {
    filter: { id: /katex.*\.css/ },
    handler: (code) => code.replace(/,\s*url\([^)]+\.(woff|ttf)\)\s*format\([^)]+\)/g, ''),
  },
}

/**
 * The server accepts only WebSockets (transport-socket.ts requests nothing else), so the other transports are left out.
 */
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
/** The areas that every page needs. Their views, forms, dialogs and rarely used words are loaded on demand. */
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

/**
 * The code that every page needs, and the additional code for a room, each with all its imports. Pages outside a room
 * never load the second group. test/page/bytes.test.ts measures both.
 */
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
  // No component uses the options API, so the build drops Vue's support for it.
  plugins: [vue({ features: { optionsAPI: false } }), oneKindOfFont, webSocketsOnly],
  resolve: {
    alias: parserParts,
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    // The content security policy (default-src 'none') allows no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Bundles the code that a room always loads into two files: a dozen small ones would not compress as well.
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
  server: {
    proxy: {
      '/api': { target: server },
      '/socket.io': { target: server, ws: true },
    },
  },
})
