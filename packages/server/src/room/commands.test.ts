import { describe, expect, it } from 'vitest'
import type { NewPost, RoomLog } from '../log/room-log.ts'
import type { PresencePort } from '../presence/presence.ts'
import { perform, type CommandOptions } from './commands.ts'

/** What a post of `text` writes. */
async function posted(text: string): Promise<string | undefined> {
  let written: string | undefined
  const log: Pick<RoomLog, 'post'> = {
    post: (_roomId: string, post: NewPost) => {
      written = post.text
      return Promise.resolve({ entries: [], started: null })
    },
  }
  const presence: Pick<PresencePort, 'said'> = { said: () => undefined }
  const options: CommandOptions = {
    log: log as RoomLog,
    presence: presence as PresencePort,
    newId: () => 'id',
    run: () => undefined,
    refuseNew: () => null,
    shown: () => Promise.resolve(),
  }
  await perform(options, 'bob', { type: 'post', commandId: 'c', roomId: 'r', text, ask: false })
  return written
}

describe('a post', () => {
  it.each(['', ' \n', '\u200B', '\u2800', '\uFEFF \u3164', '\u0000', '\uFE0F'])(
    'of %j, where nothing can be seen, is refused as empty',
    async (text) => {
      await expect(posted(text)).rejects.toMatchObject({ body: { code: 'message-empty' } })
    },
  )

  it.each(['?', '👍', ' a\u200B\n', '1', '।'])('of %j is written as it is', async (text) => {
    expect(await posted(text)).toBe(text)
  })

  it('is written well-formed', async () => {
    expect(await posted('x\uD83D')).toBe('x\uFFFD')
  })
})
