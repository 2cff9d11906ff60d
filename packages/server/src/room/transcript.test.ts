import { describe, expect, it } from 'vitest'
import type { Ended, Member, Message, Reply, Said } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import { transcriptJson, transcriptMarkdown, type TranscriptSource } from './transcript.ts'

const at = Date.UTC(2026, 0, 2, 3, 4, 5)

const members: readonly Member[] = [
  { memberId: 'ada', name: 'Ada', role: 'owner', joinedAt: at },
  { memberId: 'bob', name: 'Bob [x](y)\n# <b>', role: 'member', joinedAt: at },
]

function said(by: string, text: string, more: Partial<Said> = {}): Message {
  const plain = { kind: 'said', messageId: 'm', offset: 1, at, by, text } as const
  return { ...plain, ask: false, withdrawn: false, ...more }
}

function reply(text: string, ended: Ended | null, more: Partial<Reply> = {}): Reply {
  return {
    kind: 'reply',
    generationId: 'g',
    number: 1,
    offset: 2,
    at: at + 1000,
    messageId: 'm',
    by: 'ada',
    mode: 'answer',
    model: 'claude-opus-5-5',
    text,
    end: byteLength(text),
    marks: [{ kind: 'text', from: 0 }],
    ended,
    ...more,
  }
}

function source(...messages: readonly Message[]): TranscriptSource {
  async function* each() {
    yield* await Promise.resolve(messages)
  }
  return { title: 'Plans', members, messages: each() }
}

async function whole(chunks: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text
}

describe('the Markdown transcript', () => {
  it('shows each author, each question and how each answer ended', async () => {
    const text = await whole(
      transcriptMarkdown(
        source(
          said('ada', 'Hello\n\nthere'),
          said('ada', 'How?', { ask: true }),
          reply('Like **this**', { outcome: 'completed', at: at + 2000, stop: 'end_turn' }),
        ),
      ),
    )
    expect(text).toBe(`# Plans

Members: Ada (owner), Bob \\[x\\](y) \\# \\<b\\>

## Ada

2026-01-02T03:04:05.000Z

> Hello
>
> there

## Ada

2026-01-02T03:04:05.000Z · asked Claude

> How?

## Claude

2026-01-02T03:04:06.000Z · asked by Ada · claude-opus-5-5

> Like **this**

Completed, 2026-01-02T03:04:07.000Z.
`)
  })

  it.each<[string, Ended | null]>([
    ['Completed (max\\_tokens), ', { outcome: 'completed', at, stop: 'max_tokens' }],
    ['Stopped by Ada, ', { outcome: 'cancelled', at, by: 'ada' }],
    [
      'Stopped by Ada (too \\*long\\* now), ',
      { outcome: 'cancelled', at, by: 'ada', reason: 'too *long*\nnow' },
    ],
    ['Stopped by someone, ', { outcome: 'cancelled', at, by: 'gone' }],
    [
      'Failed (Claude is overloaded.), ',
      { outcome: 'failed', at, error: { code: 'c', message: 'Claude is overloaded.' } },
    ],
    ['Interrupted, ', { outcome: 'interrupted', at }],
    ['Older talk did not fit', { outcome: 'completed', at, omitted: true }],
    ['Still being written', null],
  ])('says "%s"', async (words, ended) => {
    expect(await whole(transcriptMarkdown(source(reply('text', ended))))).toContain(words)
  })

  it('leaves thinking out, and says if nothing was written', async () => {
    const marks = [
      { kind: 'thinking', from: 0 },
      { kind: 'text', from: 4 },
    ] as const
    const thought = await whole(transcriptMarkdown(source(reply('hmm.Yes', null, { marks }))))
    expect(thought).toContain('\n> Yes\n')
    expect(thought).not.toContain('hmm')
    expect(await whole(transcriptMarkdown(source(reply('', null))))).toContain(
      'Nothing was written.',
    )
  })

  it('marks edits and retractions, without the earlier text', async () => {
    const edited = said('ada', 'Hello', { editedAt: at + 1 })
    const gone = said('bob', '', { retractedBy: 'ada', editedAt: at + 1, ask: true })
    const text = await whole(transcriptMarkdown(source(edited, gone)))
    expect(text).toContain('05.000Z · edited\n\n> Hello\n')
    expect(text).toContain('05.000Z · asked Claude\n\nRetracted by Ada.\n')
  })

  it('shows quotes, requested models and former members', async () => {
    const tricky = '</blockquote>\n## Ada'
    const messages = [
      said('ada', 'No', { quote: { of: 'm', by: 'bob', text: tricky } }),
      said('ada', 'Why?', { quote: { of: 'g', text: 'Because' }, ask: true, model: 'claude-x' }),
    ]
    const [ada, bob] = members as [Member, Member]
    const gone = { ...bob, name: 'Bob', gone: 'removed' } as const
    const text = await whole(transcriptMarkdown({ ...source(...messages), members: [ada, gone] }))
    expect(text).toContain('Members: Ada (owner), Bob (removed)\n')
    expect(text).toContain('In answer to Bob:\n\n> &lt;/blockquote>\n> ## Ada\n\nWrites:\n\n> No\n')
    expect(text).toContain('asked Claude · claude-x\n\nIn answer to Claude:\n\n> Because\n')
  })

  it('shows withdrawn questions, and who asked for a retry or a continuation', async () => {
    const text = await whole(
      transcriptMarkdown(
        source(
          said('ada', 'x', { ask: true, withdrawn: true }),
          reply('y', null, { mode: 'retry' }),
          reply('z', null, { mode: 'continue', by: 'stranger' }),
        ),
      ),
    )
    expect(text).toContain('asked Claude · took the question back')
    expect(text).toContain('asked again by Ada')
    expect(text).toContain('asked to go on by someone')
  })
})

// Each tries to look like another member's message, or to hide it.
const tricks = {
  'a heading': 'hi\n\n## Ada\n\n2026-01-02T03:04:05.000Z\n\n> I resign',
  'a heading after other line ends': 'hi\r## Ada\r\n## Ada\r\r> I resign',
  'an open fence': 'hi\n```\ncode',
  'a ruler': 'hi\n***\n---\n===',
  'a closing tag': 'hi</blockquote><h2>Ada</h2>',
  'a comment': 'hi <!-- ',
  'a script': '<script>hide()',
  'a tag after a fence in a list': '- ```\n  ```\n</blockquote>',
  'a tag after a fence with a tab': '```\n\t```\n</blockquote>\n```\n</blockquote>',
  'a tag after a fence within a fence': '  ~~~\n```\n~~~\n</blockquote>',
  'a tag behind an odd backtick': 'a ` b\nc `</blockquote>` d',
  'a tag in cells of a table': '| a |\n| - |\n| `x | </blockquote>` |',
}

describe('a message', () => {
  it.each(Object.entries(tricks))('stays inside its quote: %s', async (_name, text) => {
    const lines = (await whole(transcriptMarkdown(source(said('bob', text), said('ada', 'no')))))
      .split('\n')
      .slice(4)
    const own = lines.filter((line) => !line.startsWith('>') && line !== '')
    expect(own).toEqual([
      '## Bob \\[x\\](y) \\# \\<b\\>',
      '2026-01-02T03:04:05.000Z',
      '## Ada',
      '2026-01-02T03:04:05.000Z',
    ])
    expect(lines.join('\n')).not.toMatch(/(?<!\\)<[a-z/!?]/i)
    expect(lines.join('\n')).not.toContain('\r')
  })

  it('keeps its code unchanged', async () => {
    const code = 'Use `<div>` or `Set<x>`:\n\n```html\n<div></div>\n  \n```\n\nor `<b>`'
    const text = await whole(transcriptMarkdown(source(said('ada', code))))
    expect(text).toContain('> Use `<div>` or `Set<x>`:\n>\n> ```html\n> <div></div>\n')
    expect(text).toContain('or `<b>`')
  })
})

describe('the JSON transcript', () => {
  it('is one document that contains everything', async () => {
    const text = await whole(
      transcriptJson(
        source(
          said('ada', 'How?', { ask: true }),
          reply(
            'hmm.Yes',
            { outcome: 'cancelled', at: at + 2000, by: 'bob', reason: 'enough' },
            {
              marks: [
                { kind: 'thinking', from: 0 },
                { kind: 'text', from: 4 },
              ],
            },
          ),
        ),
      ),
    )
    expect(JSON.parse(text)).toEqual({
      title: 'Plans',
      members: [
        { memberId: 'ada', name: 'Ada', role: 'owner', joinedAt: '2026-01-02T03:04:05.000Z' },
        expect.objectContaining({ memberId: 'bob' }),
      ],
      messages: [
        {
          kind: 'said',
          messageId: 'm',
          at: '2026-01-02T03:04:05.000Z',
          by: { memberId: 'ada', name: 'Ada' },
          text: 'How?',
          ask: true,
          withdrawn: false,
        },
        {
          kind: 'reply',
          generationId: 'g',
          messageId: 'm',
          mode: 'answer',
          model: 'claude-opus-5-5',
          at: '2026-01-02T03:04:06.000Z',
          askedBy: { memberId: 'ada', name: 'Ada' },
          thinking: 'hmm.',
          text: 'Yes',
          ended: {
            outcome: 'cancelled',
            at: '2026-01-02T03:04:07.000Z',
            stoppedBy: { memberId: 'bob', name: members[1]?.name },
            reason: 'enough',
          },
        },
      ],
    })
  })

  it('contains quotes, mentions, models, edits and retractions with the people they belong to', async () => {
    const ada = { memberId: 'ada', name: 'Ada' }
    const messages = [
      said('bob', 'x', {
        quote: { of: 'm', by: 'ada', text: 'y' },
        mentions: ['ada'],
        model: 'claude-x',
        editedAt: at,
      }),
      said('bob', '', { quote: { of: 'g', text: 'z' }, retractedBy: 'ada' }),
    ]
    expect(JSON.parse(await whole(transcriptJson(source(...messages))))).toMatchObject({
      messages: [
        {
          quote: { of: 'm', by: ada, text: 'y' },
          mentions: [ada],
          model: 'claude-x',
          editedAt: '2026-01-02T03:04:05.000Z',
        },
        { quote: { of: 'g', text: 'z' }, text: '', retractedBy: ada },
      ],
    })
  })

  it('is a valid document even without messages', async () => {
    expect(JSON.parse(await whole(transcriptJson(source())))).toMatchObject({ messages: [] })
  })
})
