// The documented Redis user of the nodes may run every command that the program runs, and no others.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { TRIED } from '@roomcast/server/redis/permissions.ts'
import { documentedUser } from '../support/redis-user.ts'

const SERVER = fileURLToPath(new URL('../../packages/server/src', import.meta.url))

/** The commands that ioredis and the connections need besides those in the code, and why. */
const CONNECTIONS = {
  info: 'ioredis asks whether Redis has loaded its file',
  'client|setname': 'connections have names',
  eval: 'a script that Redis does not know yet',
  evalsha: 'a script that it knows',
  'cluster|slots': 'which node has which slot',
  'cluster|info': 'ioredis asks whether all slots are served',
  subscribe: 'one Redis',
  unsubscribe: 'one Redis',
  ssubscribe: 'a cluster',
  sunsubscribe: 'a cluster',
  publish: 'PUBLISH in scripts, one Redis',
  spublish: 'PUBLISH in scripts, a cluster',
} as const

function sources(pattern: string): string[] {
  const paths = globSync(pattern, { cwd: SERVER })
  return paths
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(SERVER, path), 'utf8'))
}

function matches(texts: readonly string[], pattern: RegExp): string[] {
  return texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))
}

it('the documented Redis user may run the commands of scripts and nodes, and nothing else', () => {
  const lua = sources('**/*.lua')
  const inScripts = matches(lua, /redis\.call\(\s*'(\w+)'/g)
  expect(inScripts.length).toBeGreaterThan(100)
  // Every command is called by a literal name, except the one that publishes.
  expect(new Set(matches(lua, /redis\.call\(\s*([^'\s]\w*)/g))).toEqual(new Set(['PUBLISH']))
  const inCode = matches(
    ['redis', 'log/redis', 'log/redis/repair', 'presence', 'spending'].flatMap((folder) =>
      sources(`${folder}/*.ts`),
    ),
    /\b(?:commands|subscriber|client|node|master|redis|connection)\s*\.\s*([a-z]\w+)\(/g,
  )
  const known = new Set(documentedUser().flatMap((rule) => (rule.startsWith('+') ? [rule] : [])))
  const used = [...inScripts, ...inCode.map(plain), ...Object.keys(CONNECTIONS)]
    .filter((name) => !NOT_COMMANDS.has(name))
    .map((name) => `+${name.toLowerCase()}`)
  expect([...known].toSorted()).toEqual([...new Set(used)].toSorted())
})

it('a node checks all these permissions when it starts', () => {
  const tried = [...Object.keys(TRIED), 'time', ...Object.keys(CONNECTIONS)]
  const documented = documentedUser().flatMap((rule) =>
    rule.startsWith('+') ? [rule.slice(1)] : [],
  )
  expect(tried.toSorted()).toEqual(documented.toSorted())
})

/** Methods of connections that send no command. */
const NOT_COMMANDS = new Set([
  'on',
  'once',
  'off',
  'connect',
  'disconnect',
  'nodes',
  'definecommand',
])

/** ioredis has separate names for commands that answer with bytes. */
function plain(method: string): string {
  return method.replace(/Buffer$/, '').toLowerCase()
}
