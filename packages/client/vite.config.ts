// How the page is built and, while developing, served: `vite packages/client` in front of a running server.
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const server = 'http://127.0.0.1:3000'
const markdown = (file: string) => join(import.meta.dirname, 'src/markdown', file)

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

/** What every page needs, and what a room needs besides; each with all that it imports. The pages before a room get by without
 *  the second. test/page/bytes.test.ts weighs them. */
const groups = [
  {
    name: 'base',
    test: /node_modules.(@vue|vue|vue-router|valibot)\/|client.src.(App\.vue|api|preferences|clock|copy-text|focus-composer|talk.drawable|router|visible-height|styles.around\.css|wording.(language|words)|composables.(use-session|use-rooms)|components.(lazily|AppIcon|RoomList|AvatarCircle|DialogFrame)\.)/,
    priority: 2,
  },
  {
    name: 'room',
    test: /src.views.RoomsView\.vue/,
    priority: 1,
  },
]

export default defineConfig({
  root: import.meta.dirname,
  // No component here is written in the old style: its half of Vue stays out.
  plugins: [vue({ features: { optionsAPI: false } }), oneKindOfFont, webSocketsOnly],
  resolve: {
    // Five parts of the markdown parser are tables, or need them; ours are small (docs/decisions).
    alias: [
      { find: /^entities$/, replacement: markdown('character-references.ts') },
      { find: /^uc\.micro$/, replacement: markdown('character-classes.ts') },
      { find: /^linkify-it$/, replacement: markdown('bare-addresses.ts') },
      { find: /^punycode\.js$/, replacement: markdown('host-names.ts') },
      { find: /^mdurl$/, replacement: markdown('address-parts.ts') },
    ],
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
