// Lint enforces the architecture: which folders may import each other, which file uses which library, where time and
// randomness come from. The map is in docs/architecture.md.
import { globSync } from 'node:fs'
import js from '@eslint/js'
import vitest from '@vitest/eslint-plugin'
import prettier from 'eslint-config-prettier'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import imports from 'eslint-plugin-import-x'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import typescript from 'typescript-eslint'

const SERVER = './packages/server/src'
const CLIENT = './packages/client/src'
const SHARED = './packages/shared/src'
const SIMULATOR = './packages/simulator/src'

/** The areas of the page, each with the areas it may import from: only earlier ones, so there are no cycles. */
const clientAreas = {
  browser: [],
  wording: [],
  aim: ['browser', 'wording'],
  text: [],
  styles: [],
  markdown: ['browser', 'text', 'wording'],
  api: ['wording'],
  mentions: ['wording'],
  ui: ['api', 'wording'],
  preferences: ['ui', 'wording'],
  room: [],
  message: [
    'api',
    'browser',
    'markdown',
    'mentions',
    'preferences',
    'room',
    'text',
    'ui',
    'wording',
  ],
  answer: ['aim', 'browser', 'markdown', 'message', 'room', 'ui', 'wording'],
  people: ['room', 'ui', 'wording'],
  session: ['api', 'ui', 'wording'],
  'opened-room': ['answer', 'api', 'browser', 'people', 'room', 'session', 'wording'],
  queue: ['aim', 'message', 'text', 'ui', 'wording'],
  composer: [
    'api',
    'browser',
    'mentions',
    'message',
    'opened-room',
    'preferences',
    'queue',
    'room',
    'ui',
    'wording',
  ],
  unread: ['api', 'browser', 'opened-room', 'preferences', 'room', 'text', 'wording'],
  conversation: [
    'answer',
    'api',
    'browser',
    'markdown',
    'message',
    'opened-room',
    'room',
    'session',
    'ui',
    'unread',
    'wording',
  ],
  invites: ['api', 'browser', 'composer', 'session', 'ui', 'wording'],
  rooms: ['api', 'browser', 'composer', 'preferences', 'session', 'ui', 'unread', 'wording'],
  'screen-reader': ['answer', 'browser', 'opened-room', 'preferences', 'wording'],
  search: ['api', 'browser', 'text', 'ui', 'wording'],
  stop: ['aim', 'answer', 'browser', 'preferences', 'room', 'text', 'ui', 'wording'],
  'room-page': [
    'aim',
    'api',
    'browser',
    'composer',
    'conversation',
    'invites',
    'markdown',
    'mentions',
    'message',
    'opened-room',
    'people',
    'preferences',
    'queue',
    'room',
    'rooms',
    'screen-reader',
    'search',
    'session',
    'stop',
    'ui',
    'unread',
    'wording',
  ],
}
for (const file of globSync('*/**/*.{ts,vue}', { cwd: CLIENT })) {
  const [area] = file.split('/')
  if (!Object.hasOwn(clientAreas, area)) throw new Error(`eslint.config.js: no area for ${area}`)
}

/**
 * Within the rest of the server, a folder imports only from those listed here. This is the table of
 * docs/architecture.md.
 */
export const mayImport = {
  decide: [],
  log: ['decide', 'redis'],
  judge: ['decide', 'log/entry-log.ts', 'log/known.ts', 'log/started.ts'],
  generation: ['judge/room-log.ts', 'spending/member-label.ts', 'logger.ts'],
  presence: ['redis'],
  spending: ['judge/room-log.ts', 'log/sqlite/database.ts', 'redis'],
  room: ['judge/room-log.ts', 'presence/presence.ts', 'access'],
  socket: ['room', 'access'],
  events: ['room'],
  http: ['room', 'events', 'access', 'health', 'proxy-check', 'logger.ts'],
  access: [],
  health: [],
  redis: [],
  'proxy-check': ['clock.ts', 'logger.ts'],
  metrics: ['generation', 'judge/room-log.ts', 'room', 'redis', 'spending/member-label.ts'],
}

/** `target` may not import from `from` in the program; tests may. */
const serverZones = [
  ...Object.entries(mayImport).map(([folder, known]) => ({
    target: `${SERVER}/${folder}`,
    from: SERVER,
    except: [folder, ...known].map((path) => `./${path}`),
    message: 'The table of imports in docs/architecture.md does not list this.',
  })),
  {
    target: `${SERVER}/!(server).ts`,
    from: `${SERVER}/metrics`,
    message: 'Only server.ts adds the metrics.',
  },
  {
    target: ['socket', 'events', 'http'].map((border) => `${SERVER}/${border}`),
    from: `${SERVER}/room/rooms.ts`,
    message: 'Each border asks the rooms through a port of its own: rooms-port.ts.',
  },
]

/** `target` may not import from `from`, not even in tests. */
const zones = [
  { target: `${SHARED}/protocol`, from: `${SHARED}/room`, message: 'The protocol knows no fold.' },
  { target: SHARED, from: [SERVER, CLIENT], message: 'The shared package imports neither side.' },
  { target: SERVER, from: CLIENT, message: 'The server does not import the client.' },
  { target: CLIENT, from: SERVER, message: 'The client does not import the server.' },
  {
    target: './packages/simulator',
    from: './packages/!(simulator)/**',
    message: 'The simulator knows nothing of Roomcast.',
  },
  ...Object.entries(clientAreas).map(([area, known]) => ({
    target: `${CLIENT}/${area}`,
    from: CLIENT,
    except: [...new Set([area, ...known, 'styles'])].map((folder) => `./${folder}`),
    message: 'Which areas of the page know each other: clientAreas in eslint.config.js.',
  })),
]

/** The only files, besides tests, that may import a library. */
const homes = {
  '@anthropic-ai/sdk': [`${SERVER}/generation/claude-sdk.ts`, `${SERVER}/generation/wire/**`],
  undici: [`${SERVER}/generation/claude-sdk.ts`],
  'node:sqlite': [`${SERVER}/log/sqlite/database.ts`, `${SERVER}/log/sqlite/schema.ts`],
  ioredis: [`${SERVER}/redis/**`],
  'prom-client': [`${SERVER}/metrics/**`],
  'socket.io': [`${SERVER}/socket/gateway.ts`, `${SERVER}/socket/room-socket.ts`],
  'socket.io-parser': [`${SERVER}/socket/packets.ts`],
  express: [`${SERVER}/http/**`],
  jose: [`${SERVER}/access/tokens.ts`],
  pino: [`${SERVER}/logger.ts`, `${SERVER}/log-destination.ts`],
  'pino-pretty': [`${SERVER}/log-destination.ts`],
  'socket.io-client': [`${CLIENT}/room/transport-socket.ts`],
  'markdown-it': [`${CLIENT}/markdown/**`],
  lowlight: [`${CLIENT}/markdown/highlight.ts`],
  'highlight.js/**': [`${CLIENT}/markdown/highlight.ts`],
  katex: [`${CLIENT}/markdown/formulas.ts`],
  '@noble/hashes/*': [`${SHARED}/digest.ts`],
  // All other code reaches it over HTTP.
  '@roomcast/simulator': [`${SERVER}/simulated-claude.ts`],
}

const TESTS = ['**/*.test.ts', '**/*.fuzz.test.ts', '**/*.e2e.ts', 'test/**']
const banned = (names) => [
  { group: ['@roomcast/test'], message: 'Only tests import what stands in for the program.' },
  ...names.map((group) => ({ group: [group], message: 'It has one home: see eslint.config.js.' })),
]
const seeded = {
  selector:
    'CallExpression[callee.object.name=fc][callee.property.name=/^(assert|check)$/]:not(:has(Property[key.name=seed]))',
  message: 'Nobody can repeat a run without a seed: give one, by default always the same.',
}

const noHtml = {
  selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]',
  message: 'Text is never turned into HTML by hand.',
}
/** Matches text that reads like a sentence for people. */
const sentence = '/^[A-Z][a-z]+ .*[.…!?]$/'
const noSentence = [`Literal[value=${sentence}]`, `TemplateElement[value.raw=${sentence}]`].map(
  (selector) => ({ selector, message: 'What the page says is in wording/.' }),
)
const files = (path) => path.replace('./', '')

export default typescript.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'data/**', 'docs/images/**'] },
  js.configs.recommended,
  ...typescript.configs.recommendedTypeChecked,
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  prettier,
  {
    files: ['**/*.ts', '**/*.vue'],
    languageOptions: {
      parserOptions: {
        parser: typescript.parser,
        project: ['packages/*/tsconfig.json', 'test/tsconfig.json', 'tsconfig.json'],
        extraFileExtensions: ['.vue'],
      },
    },
    plugins: { 'import-x': imports },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      'max-lines': ['warn', { max: 400 }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-undef': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      // The idiom for leaving a field out of an object.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Ports are asynchronous; adapters need not be.
      '@typescript-eslint/require-await': 'off',
      'vue/no-v-html': 'error',
      // Prettier decides about line breaks in components; the accessibility plugin would require both ways of
      // labelling.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  {
    files: ['packages/**/*.ts', 'packages/**/*.vue'],
    ignores: TESTS,
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...zones, ...serverZones] }],
      'no-restricted-imports': ['error', { patterns: banned(Object.keys(homes)) }],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time comes from a Clock.' },
        { object: 'Math', property: 'random', message: 'Chance is handed in.' },
      ],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval'].map((name) => ({
          name,
          message: 'Time comes from a Clock.',
        })),
      ],
      'no-restricted-syntax': ['error', noHtml],
    },
  },
  ...Object.entries(
    Object.entries(homes).reduce((byFile, [library, paths]) => {
      for (const path of paths) byFile[path] = [...(byFile[path] ?? []), library]
      return byFile
    }, {}),
  ).map(([path, libraries]) => ({
    files: [files(path)],
    ignores: TESTS,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: banned(Object.keys(homes).filter((library) => !libraries.includes(library))) },
      ],
    },
  })),
  {
    files: ['packages/shared/src/room/**'],
    ignores: TESTS,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^[^.]',
              allowTypeImports: true,
              message: 'The fold has no library at run time.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/client/src/room/**'],
    ignores: TESTS,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(vue|vue-router|@vue/[^/]+)(/|$)',
              message: 'client/room works without Vue.',
            },
          ],
        },
      ],
    },
  },
  {
    // The edges of the program, where time and randomness come from.
    files: [
      'packages/server/src/clock.ts',
      files(`${SIMULATOR}/**`),
      'packages/client/src/browser/clock.ts',
      'packages/client/src/main.ts',
    ],
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-globals': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.test.ts', '**/*.e2e.ts', 'test/contract/**'],
    plugins: { vitest },
    rules: {
      'vitest/no-focused-tests': 'error',
      'vitest/no-disabled-tests': 'error',
      'vitest/no-identical-title': 'error',
      'vitest/valid-expect': ['error', { maxArgs: 2 }],
    },
  },
  {
    files: ['packages/{server,shared,simulator}/src/**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', seeded] },
  },
  {
    // A test waits for a condition, never for a fixed time.
    files: ['test/**/*.ts'],
    ignores: ['test/support/pause.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:timers/promises', message: 'See test/support/pause.ts.' }] },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.name='setTimeout'] > Identifier.arguments[name='resolve']",
          message: 'Await a condition; test/support/pause.ts is for what sets a pace.',
        },
        seeded,
      ],
    },
  },
  {
    // This parser has no types for components, nor for JSON in tests; vue-tsc and tsc check both.
    files: ['packages/client/src/**', ...TESTS],
    rules: Object.fromEntries(
      ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
        `@typescript-eslint/no-unsafe-${what}`,
        'off',
      ]),
    ),
  },
  {
    files: ['packages/client/src/**'],
    rules: { '@typescript-eslint/no-redundant-type-constituents': 'off' },
  },
  {
    files: ['packages/client/src/**'],
    ignores: [...TESTS, 'packages/client/src/wording/**'],
    rules: { 'no-restricted-syntax': ['error', noHtml, ...noSentence] },
  },
  {
    // Only one container talks to a room, and only pages talk to the server: all other components get props and emit.
    files: ['packages/client/src/**/*.vue'],
    ignores: ['**/*View.vue'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                'api/api',
                'room/room-client',
                'session/use-session',
                'opened-room/use-room',
              ].map((file) => `**/${file}.ts`),
              allowTypeImports: true,
              message: 'Components get props and emit; room-page/RoomView.vue talks to the room.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/client/src/**/*.vue'],
    rules: {
      'max-lines': ['warn', { max: 150 }],
      // All text of the page is in `wording/`, ready for a second language.
      'vue/no-bare-strings-in-template': [
        'error',
        {
          allowlist: ['+', '·'],
          attributes: {
            '/.+/': [
              'title',
              'aria-label',
              'aria-placeholder',
              'aria-roledescription',
              'aria-valuetext',
              'alt',
            ],
            input: ['placeholder'],
            textarea: ['placeholder'],
          },
          directives: ['v-text'],
        },
      ],
    },
  },
  {
    files: ['packages/**/*.ts', 'packages/**/*.vue'],
    rules: { 'import-x/no-relative-packages': 'error' },
  },
  {
    files: ['test-*', '*-double.*', 'testing/**'].map((name) => `packages/*/src/**/${name}`),
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Program', message: 'What stands in for the program is in test/doubles.' },
      ],
    },
  },
  { files: ['**/*.js'], extends: [typescript.configs.disableTypeChecked] },
)
