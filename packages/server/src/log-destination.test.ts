import { describe, expect, it } from 'vitest'
import { logDestination, type Output } from './log-destination.ts'
import { type LogFields, makeLogger } from './logger.ts'

const TERMINAL: Output = { isTTY: true, hasColors: () => true }
const PLAIN_TERMINAL: Output = { isTTY: true, hasColors: () => false }
const PIPE: Output = {}

/** Logs one line, and returns the output. */
function written(
  format: Parameters<typeof logDestination>[0],
  output: Output,
  fields: LogFields = { port: 3000 },
  sentence = 'the node is open',
): string {
  let text = ''
  const open = () => ({ write: (more: string) => void (text += more) })
  makeLogger('info', logDestination(format, output, open)).info(fields, sentence)
  return text
}

describe('logDestination', () => {
  it('writes readable lines to a terminal, in colour if it supports that', () => {
    expect(written('auto', PLAIN_TERMINAL)).toMatch(
      /^\[\d\d:\d\d:\d\d\] INFO: the node is open \{"port":3000\}\n$/,
    )
    expect(written('auto', TERMINAL)).toContain('\u001b[')
  })

  it('writes JSON to a pipe', () => {
    expect(JSON.parse(written('auto', PIPE))).toMatchObject({ port: 3000, msg: 'the node is open' })
  })

  it('obeys an explicit format, whatever the output', () => {
    expect(JSON.parse(written('json', TERMINAL))).toMatchObject({ port: 3000 })
    expect(written('readable', PIPE)).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: the node is open/)
    expect(written('readable', { hasColors: () => true })).not.toContain('\u001b')
  })

  it('shows the stack of an error below its line', () => {
    const [first, ...below] = written('auto', PLAIN_TERMINAL, { err: new TypeError('x') }).split(
      '\n',
    )
    expect(first).toMatch(/INFO: the node is open/)
    expect(below.join('\n')).toContain('TypeError')
    expect(below.join('\n')).toMatch(/at .*log-destination\.test\.ts:\d+/)
  })

  // C1 controls too, which some terminals obey, and characters that change the direction of text.
  const HOSTILE = `\u001b[2J\u001b]0;title\u0007\r\n\u009b31m\u202e${'x '.repeat(5000)}`

  it('passes on no control characters from values, and no long lines', () => {
    const stack = `Error: x\n    at ${HOSTILE.trim()} (/a${HOSTILE.replaceAll(/\s/g, '')}.ts:1:1)`
    const err = Object.assign(new Error('x'), { stack, name: HOSTILE, code: HOSTILE })
    const fields = { why: HOSTILE, path: `/${HOSTILE}`, roomId: HOSTILE, host: HOSTILE, err }
    const text = written('auto', PLAIN_TERMINAL, fields, HOSTILE)
    expect(text).not.toMatch(/[^\P{C}\n]/u)
    expect(text).toContain('title')
    const lines = text.split('\n')
    for (const line of lines) expect(line.length).toBeLessThan(2500)
  })
})
