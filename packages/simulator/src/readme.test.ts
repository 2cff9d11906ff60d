import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SCENARIOS } from './scenarios.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the README lists every scenario beside its nature, and no other', () => {
  const natures = [...new Set(SCENARIOS.map(({ nature }) => nature))]
  const listed = natures.flatMap((nature) => {
    const row = new RegExp(`^\\| \`${nature}\` .*$`, 'm').exec(README)?.[0] ?? ''
    const [, , , names = ''] = row.split('|')
    return [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => ({ nature, name }))
  })
  expect(listed).toEqual(SCENARIOS.map(({ nature, name }) => ({ nature, name })))
})
