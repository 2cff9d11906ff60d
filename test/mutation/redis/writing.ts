// Mutations of writing to a room in Redis.
import type { Mutation } from '../mutation.ts'
import { APPEND, contract, PRELUDE, REDIS } from './places.ts'

/** Writing. */
export const WRITING: readonly Mutation[] = [
  {
    rule: 'R1.3',
    breaks: 'text beyond a gap is appended',
    file: PRELUDE,
    find: 'if stored ~= at then',
    replace: 'if stored > at then',
    ...contract('replies > text beyond the end'),
  },
  {
    rule: 'R1.1',
    breaks: 'the same bytes are appended again',
    file: PRELUDE,
    find: 'if stored ~= at then',
    replace: 'if stored < at then',
    ...contract('replies > the same bytes'),
  },
  {
    rule: 'R1.1',
    breaks: 'other bytes at a known position count as the same',
    file: PRELUDE,
    find: "local known = to <= stored and (text == '' or redis.call('GETRANGE', reply, at, to - 1) == text)",
    replace: 'local known = to <= stored',
    ...contract('replies > bytes other than'),
  },
  {
    rule: 'R1.8',
    breaks: 'followers are shown text before it is checked and stored',
    file: PRELUDE,
    find: 'if stored ~= at then',
    replace: `publish('d' .. redis.call('HGET', key, 'number') .. ' ' .. whole(at) .. ' \\n' .. text)
  if stored ~= at then`,
    ...contract('replies > text beyond the end'),
  },
  {
    rule: 'R1.8',
    breaks: 'followers are shown bytes a moment before they are stored',
    file: `${REDIS}/caller.ts`,
    find: 'return (await this.#connections.run(this.#scripts[name], keys, values)) as Answer',
    replace: `if (name === 'append-reply') {
      const { commands } = this.#connections
      const number = await commands.hget(keys[8] ?? '', 'number')
      await commands.publish(keys[0] ?? '', \`d\${number} \${values[1]} \\n\${values[2]}\`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return (await this.#connections.run(this.#scripts[name], keys, values)) as Answer`,
    ...contract('following > [R1.8]'),
  },
  {
    rule: 'R1.9',
    breaks: 'a mark without bytes is not repeated',
    file: PRELUDE,
    find: "local begins = last and tonumber(from) == at and last or ''",
    replace: 'local begins = kind',
    ...contract('replies > [R1.9]'),
  },
  {
    rule: 'port',
    breaks: 'a delta is not published',
    file: PRELUDE,
    find: "publish('d' .. number .. ' ' .. whole(at) .. ' ' .. begins .. '\\n' .. text)",
    replace: '',
    ...contract('replies > followers get each append'),
  },
  {
    rule: 'port',
    breaks: 'an end is not published',
    file: APPEND,
    find: '\nshow()\n',
    replace: '\n',
    ...contract('following > the head of a queue'),
  },
]
