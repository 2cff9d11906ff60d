import { describe, expect, it } from 'vitest'
import { type ErrorCode, Refusal } from '@roomcast/shared/protocol'
import type { Amendment, NewPost, RoomLog } from '../judge/room-log.ts'
import type { PresencePort } from '../presence/presence.ts'
import { perform, type CommandOptions, type RoomCommand, type StopAsked } from './commands.ts'

type Wish = Omit<Extract<RoomCommand, { type: 'post' }>, 'type' | 'commandId' | 'roomId'>

/** The arguments of `log.post` for a post. */
async function written(wish: Wish): Promise<NewPost | undefined> {
  let asked: NewPost | undefined
  await done(
    { type: 'post', commandId: 'c', roomId: 'r', ...wish },
    {
      offsetOf: () => Promise.resolve(null),
      post: (_roomId, post) => {
        asked = post
        return Promise.resolve({ entries: [], started: null })
      },
    },
  )
  return asked
}

async function posted(text: string): Promise<string | undefined> {
  return (await written({ text, ask: false }))?.text
}

/** The arguments of `log.amend` for an amendment. */
async function amended(command: RoomCommand): Promise<Amendment | undefined> {
  let asked: Amendment | undefined
  await done(command, {
    amend: (_roomId, amendment) => {
      asked = amendment
      return Promise.resolve({ entries: [], started: null })
    },
  })
  return asked
}

async function done(
  command: RoomCommand,
  log: Partial<RoomLog>,
  more: Partial<CommandOptions> = {},
): Promise<void> {
  const presence: Pick<PresencePort, 'said'> = { said: () => undefined }
  const options: CommandOptions = {
    log: log as RoomLog,
    presence: presence as PresencePort,
    newId: () => 'id',
    stopAsking: () => false,
    requireModel: (model) => {
      if (model !== 'known') throw new Refusal('model-unknown')
    },
    isMember: (memberId) => memberId === 'ada',
    run: () => undefined,
    refuseNew: () => null,
    takePlace: () => ({ release: () => undefined }),
    shown: () => Promise.resolve(),
    ...more,
  }
  await perform(options, 'bob', command)
}

describe('a post', () => {
  it.each(['', ' \n', '\u200B', '\u2800', '\uFEFF \u3164', '\u0000', '\uFE0F'])(
    'of %j, which has no visible character, is refused as empty',
    async (text) => {
      await expect(posted(text)).rejects.toMatchObject({ body: { code: 'message-empty' } })
    },
  )

  it.each(['?', '👍', ' a\u200B\n', '1', '।'])('of %j is written unchanged', async (text) => {
    expect(await posted(text)).toBe(text)
  })

  it('is written well-formed', async () => {
    expect(await posted('x\uD83D')).toBe('x\uFFFD')
  })
})

describe('a post with a quote, mentions or a model', () => {
  it('carries the quote well-formed, and each mentioned member once', async () => {
    const quote = { of: 'm', by: 'ada', text: 'x\uD83D' }
    const mentions = ['ada', 'nobody', 'ada']
    expect(await written({ text: 'Hi', ask: false, quote, mentions })).toMatchObject({
      quote: { of: 'm', text: 'x\uFFFD' },
      mentions: ['ada'],
    })
    const empty = { quote: { of: 'm', text: ' ' }, mentions: ['nobody'] }
    const without = await written({ text: 'Hi', ask: false, ...empty })
    expect(without).not.toHaveProperty('quote')
    expect(without).not.toHaveProperty('mentions')
  })

  it('carries the model only with a question, and only an available one', async () => {
    expect(await written({ text: 'Why?', ask: true, model: 'known' })).toMatchObject({
      model: 'known',
    })
    expect(await written({ text: 'Hi', ask: false, model: 'other' })).not.toHaveProperty('model')
    await expect(written({ text: 'Why?', ask: true, model: 'other' })).rejects.toMatchObject({
      body: { code: 'model-unknown' },
    })
  })
})

describe('an amendment', () => {
  const base = { commandId: 'c', roomId: 'r' }

  it('of a text follows the rules of a post', async () => {
    const edit = { ...base, type: 'edit', messageId: 'm' } as const
    for (const text of ['', '\u200B'])
      await expect(amended({ ...edit, text })).rejects.toMatchObject({
        body: { code: 'message-empty' },
      })
    await expect(amended({ ...edit, text: '€'.repeat(22_000) })).rejects.toMatchObject({
      body: { code: 'message-too-long' },
    })
    expect(await amended({ ...edit, text: 'Hi', mentions: ['ada', 'x'] })).toEqual({
      commandId: 'c',
      by: 'bob',
      type: 'edit',
      messageId: 'm',
      text: 'Hi',
      mentions: ['ada'],
    })
  })

  it('of the settings needs at least one setting, a visible title and an available model', async () => {
    const configure = { ...base, type: 'configure' } as const
    for (const [settings, code] of [
      [{}, 'bad-request'],
      [{ title: '' }, 'bad-request'],
      [{ title: 'New', model: 'other' }, 'model-unknown'],
    ] as const)
      await expect(amended({ ...configure, ...settings })).rejects.toMatchObject({ body: { code } })
    expect(await amended({ ...configure, instructions: '' })).toEqual({
      commandId: 'c',
      by: 'bob',
      type: 'configure',
      instructions: '',
    })
  })
})

describe('a stop that the storage cannot take', () => {
  const stop = {
    type: 'cancel',
    commandId: 'c',
    roomId: 'r',
    generationId: 'g',
    reason: ' no ',
  } as const
  const refusing = (code: ErrorCode) => ({ end: () => Promise.reject(new Refusal(code)) })

  it.each(['storage-full', 'storage-unavailable', 'storage-uncertain'] as const)(
    '[R3.2] still closes a request that runs here, and is refused as uncertain: %s',
    async (code) => {
      const stops: StopAsked[] = []
      const stopAsking = (asked: StopAsked) => stops.push(asked) > 0
      await expect(done(stop, refusing(code), { stopAsking })).rejects.toMatchObject({
        body: { code: 'storage-uncertain', retryable: true },
      })
      expect(stops).toEqual([{ roomId: 'r', generationId: 'g', by: 'bob', reason: 'no' }])
    },
  )

  it('keeps its refusal if the request runs elsewhere', async () => {
    await expect(done(stop, refusing('storage-full'))).rejects.toMatchObject({
      body: { code: 'storage-full' },
    })
  })

  it.each(['generation-not-found', 'removed', 'internal'] as const)(
    'closes nothing if the log refuses it as %s',
    async (code) => {
      const stopAsking = () => {
        throw new Error('it was closed')
      }
      await expect(done(stop, refusing(code), { stopAsking })).rejects.toMatchObject({
        body: { code },
      })
    },
  )
})
