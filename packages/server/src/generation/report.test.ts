import { describe, expect, it } from 'vitest'
import { makeLogger } from '../logger.ts'
import type { GenerationEnded } from '@roomcast/shared/protocol'
import { reportEnd } from './report.ts'

const started = {
  roomId: 'room',
  generationId: 'generation',
  number: 3,
  fence: 3,
  mode: 'answer',
  messageId: 'message',
  of: undefined,
  by: 'alice',
  model: 'claude',
  offset: 5,
} as const

function linesOf(code: string | null, reason: string | null, unknown: readonly string[] = []) {
  const lines: string[] = []
  const ended: GenerationEnded = {
    offset: 6,
    at: 0,
    type: 'generation-ended',
    generationId: 'generation',
    number: 3,
    outcome: code === null ? 'completed' : 'failed',
    end: 0,
    digest: '',
    held: false,
    ...(code === null ? {} : { error: { code, message: 'Words for members.' } }),
  }
  const usage = { inputTokens: 10, outputTokens: 2, estimated: false }
  const finished = { ended, next: null, requestId: null, attempts: 2, usage, reason, unknown }
  reportEnd(makeLogger('info', { write: (line) => lines.push(line) }), started, finished)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the log line about the end of an answer', () => {
  it.each(['authentication', 'billing', 'permission'])('is an error if the code is %s', (code) => {
    expect(linesOf(code, 'Your credit balance is too low.')).toEqual([
      expect.objectContaining({
        level: 50,
        code,
        why: 'Your credit balance is too low.',
        attempt: 2,
      }),
    ])
  })

  it.each([null, 'overloaded', 'too-large'])('is not an error if the code is %s', (code) => {
    expect(linesOf(code, null)).toEqual([expect.objectContaining({ level: 30 })])
  })

  it('names the member, the model and the tokens used', () => {
    expect(linesOf(null, null)).toEqual([
      expect.objectContaining({
        memberId: 'alice',
        model: 'claude',
        inputTokens: 10,
        outputTokens: 2,
      }),
    ])
  })

  it('names unknown types, and no keys', () => {
    const [end, unknown] = linesOf('billing', 'Bad key sk-ant-api03-secret here.', [
      'block:hologram',
    ])
    expect(end).toMatchObject({ why: 'Bad key … here.' })
    expect(unknown).toMatchObject({ level: 40, reason: 'block:hologram' })
  })
})
