// The export of a room, as Markdown for people and as JSON for programs: authors, stops, ends and times.
// Pure; produced in chunks, so that a long room is never in memory as a whole.
//
// Guarantees: one member's message cannot pose as another's (markdown-quote.ts). Markdown leaves thinking out; JSON
// has everything.
import type { Ended, Member, Message, Reply, Said } from '@roomcast/shared/protocol'
import { partsOf } from '@roomcast/shared/room'
import { unreachable } from '@roomcast/shared/unreachable'
import { markdownQuote, markdownWord } from './markdown-quote.ts'

export interface TranscriptSource {
  readonly title: string
  readonly members: readonly Member[]
  /** Oldest first. */
  readonly messages: AsyncIterable<Message>
}

/** The room as a Markdown document, one chunk per message. Times are ISO 8601, UTC. */
export async function* transcriptMarkdown(source: TranscriptSource): AsyncGenerator<string> {
  const nameOf = namesIn(source.members)
  const members = source.members.map(
    ({ name, role, gone }) =>
      markdownWord(name) + (role === 'owner' ? ' (owner)' : goneMarkdown(gone)),
  )
  yield `# ${markdownWord(source.title)}\n\nMembers: ${members.join(', ')}\n`
  for await (const message of source.messages) {
    yield message.kind === 'said' ? saidMarkdown(message, nameOf) : replyMarkdown(message, nameOf)
  }
}

function goneMarkdown(gone: Member['gone']): string {
  return gone === undefined ? '' : ` (${gone})`
}

type NameOf = (memberId: string) => string

function namesIn(members: readonly Member[]): NameOf {
  const names = new Map(members.map(({ memberId, name }) => [memberId, name]))
  return (memberId) => names.get(memberId) ?? 'someone'
}

function time(at: number): string {
  const date = new Date(at)
  // A time outside the calendar must not end the export.
  return Number.isNaN(date.getTime()) ? 'at no time' : date.toISOString()
}

function saidMarkdown(said: Said, nameOf: NameOf): string {
  const notes = [
    ...(said.ask ? ['asked Claude'] : []),
    ...(said.model === undefined ? [] : [markdownWord(said.model)]),
    ...(said.withdrawn ? ['took the question back'] : []),
    ...(said.editedAt === undefined || said.retractedBy !== undefined ? [] : ['edited']),
  ]
  return `
## ${markdownWord(nameOf(said.by))}

${[time(said.at), ...notes].join(' · ')}

${wordsMarkdown(said, nameOf)}`
}

function wordsMarkdown({ text, quote, retractedBy }: Said, nameOf: NameOf): string {
  if (retractedBy !== undefined) return `Retracted by ${markdownWord(nameOf(retractedBy))}.\n`
  if (!quote) return markdownQuote(text)
  const whose = quote.by === undefined ? 'Claude' : markdownWord(nameOf(quote.by))
  return `In answer to ${whose}:\n\n${markdownQuote(quote.text)}\nWrites:\n\n${markdownQuote(text)}`
}

function replyMarkdown(reply: Reply, nameOf: NameOf): string {
  const text = textOf(reply, 'text')
  return `
## Claude

${time(reply.at)} · ${whyOf(reply)} ${markdownWord(nameOf(reply.by))} · ${markdownWord(reply.model)}

${text === '' ? 'Nothing was written.\n' : markdownQuote(text)}
${reply.ended ? endMarkdown(reply.ended, nameOf) : 'Still being written when this was saved.'}
`
}

function whyOf({ mode }: Reply): string {
  switch (mode) {
    case 'answer':
      return 'asked by'
    case 'retry':
      return 'asked again by'
    case 'continue':
      return 'asked to go on by'
    default:
      return unreachable(mode)
  }
}

function endMarkdown(ended: Ended, nameOf: NameOf): string {
  const omitted = ended.omitted ? ' Older talk did not fit into the prompt.' : ''
  return `${outcomeMarkdown(ended, nameOf)}, ${time(ended.at)}.${omitted}`
}

function outcomeMarkdown(ended: Ended, nameOf: NameOf): string {
  const { outcome, by, reason, stop, error } = ended
  const because = (text: string | undefined) => (text ? ` (${markdownWord(text)})` : '')
  switch (outcome) {
    case 'completed':
      return `Completed${because(stop === 'end_turn' ? undefined : stop)}`
    case 'cancelled':
      return `Stopped by ${markdownWord(by === undefined ? 'someone' : nameOf(by))}${because(reason)}`
    case 'failed':
      return `Failed${because(error?.message)}`
    case 'interrupted':
      return `Interrupted${because(error?.message)}`
    default:
      return unreachable(outcome)
  }
}

function textOf(reply: Reply, kind: 'text' | 'thinking'): string {
  return partsOf(reply)
    .filter((part) => part.kind === kind)
    .map((part) => part.text)
    .join('')
}

/** The room as one JSON document, `{title, members, messages}`, one chunk per message. Times are ISO 8601, UTC. */
export async function* transcriptJson(source: TranscriptSource): AsyncGenerator<string> {
  const nameOf = namesIn(source.members)
  const members = source.members.map((member) => ({ ...member, joinedAt: time(member.joinedAt) }))
  yield `{"title":${JSON.stringify(source.title)},"members":${JSON.stringify(members)},"messages":[`
  let separator = '\n'
  for await (const message of source.messages) {
    const told = message.kind === 'said' ? saidJson(message, nameOf) : replyJson(message, nameOf)
    yield separator + JSON.stringify(told)
    separator = ',\n'
  }
  yield '\n]}\n'
}

function saidJson(said: Said, nameOf: NameOf): object {
  const { messageId, at, by, text, ask, withdrawn, quote, mentions, model } = said
  const { editedAt, retractedBy } = said
  const person = (memberId: string) => ({ memberId, name: nameOf(memberId) })
  return {
    kind: 'said',
    messageId,
    at: time(at),
    by: person(by),
    text,
    ask,
    withdrawn,
    quote: quote && { ...quote, by: quote.by === undefined ? undefined : person(quote.by) },
    mentions: mentions?.map(person),
    model,
    editedAt: editedAt === undefined ? undefined : time(editedAt),
    retractedBy: retractedBy === undefined ? undefined : person(retractedBy),
  }
}

function replyJson(reply: Reply, nameOf: NameOf): object {
  const { generationId, messageId, mode, of, model, at, by, ended } = reply
  return {
    kind: 'reply',
    generationId,
    messageId,
    mode,
    of,
    model,
    at: time(at),
    askedBy: { memberId: by, name: nameOf(by) },
    thinking: textOf(reply, 'thinking'),
    text: textOf(reply, 'text'),
    ended: ended && endedJson(ended, nameOf),
  }
}

function endedJson({ by, at, ...rest }: Ended, nameOf: NameOf): object {
  const stoppedBy = by === undefined ? undefined : { memberId: by, name: nameOf(by) }
  return { ...rest, at: time(at), stoppedBy }
}
