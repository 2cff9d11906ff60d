// What each command of a member does. The border has parsed it and found its sender among the members.
import type {
  Acknowledged,
  Command,
  CommandOf,
  Entry,
  ErrorBody,
  ErrorCode,
  GenerationId,
  MemberId,
  RoomId,
} from '@roomcast/shared/protocol'
import { hasVisible, LIMITS, Refusal } from '@roomcast/shared/protocol'
import { messageIdOf } from '@roomcast/shared/message-id'
import { byteLength } from '@roomcast/shared/room'
import type { Amendment, NewPost, RoomLog, Started, Written } from '../judge/room-log.ts'
import type { PresencePort } from '../presence/presence.ts'
import { textsOf } from './message-texts.ts'
import { holdsPassage } from './quoted-passage.ts'

/** The commands that change or tell something; the others are about the connection. */
export type RoomCommand = Exclude<Command, { type: 'join' | 'leave' | 'look' }>

/** A stop, by whom and why. */
export interface StopAsked {
  readonly roomId: RoomId
  readonly generationId: GenerationId
  readonly by: MemberId
  readonly reason: string | undefined
}

const STORAGE_AWAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'storage-full',
  'storage-unavailable',
  'storage-uncertain',
])

export interface CommandOptions {
  readonly log: RoomLog
  readonly presence: PresencePort
  readonly newId: () => string
  /** @throws Refusal `model-unknown` for a model that cannot be asked, or not yet */
  readonly requireModel: (model: string) => void
  readonly isMember: (memberId: MemberId) => boolean
  /** Runs what a command has started. */
  readonly run: (started: Started) => void
  /**
   * Closes a request to Claude whose stop the storage cannot take; the stop is stored when it can.
   * @returns whether it runs on this node
   */
  readonly stopAsking: (stop: StopAsked) => boolean
  /** Why this member may not ask Claude now, or null; asked once for each question. */
  readonly refuseNew: (by: MemberId) => ErrorBody | null
  /** A right to run an answer for this member (null: for whoever asked what waits); null when it has to wait. */
  readonly takePlace: (by: MemberId | null) => { release(): void } | null
  /** Resolves when the entry at an offset is shown on this node: what is acknowledged is to be seen. */
  readonly shown: (offset: number) => Promise<void>
}

/**
 * Does one command of a member.
 * @returns what its acknowledgement tells
 * @throws Refusal, and then nothing has changed
 */
export async function perform(
  options: CommandOptions,
  by: MemberId,
  command: RoomCommand,
): Promise<Acknowledged> {
  switch (command.type) {
    case 'post':
      return post(options, by, command)
    case 'cancel':
      return cancel(options, by, command)
    case 'retry':
    case 'continue':
      return again(options, by, command)
    case 'withdraw': {
      const { roomId, commandId, messageId } = command
      const { entries } = await options.log.withdraw(roomId, { commandId, messageId, by })
      await options.shown(lastOf(entries))
      return { ok: true, messageId }
    }
    case 'resume': {
      const { roomId, commandId } = command
      mayAsk(options, by)
      // Whose question is next, and so whose share it takes, only the log knows.
      return inPlace(options, null, (hasPlace) => {
        const generationId = hasPlace ? options.newId() : null
        return options.log.resume(roomId, { commandId, by, generationId })
      })
    }
    case 'typing':
      options.presence.typing(command.roomId, by)
      return { ok: true }
    case 'edit': {
      const { messageId } = command
      const text = textOf(command.text)
      const edit = { type: 'edit', messageId, text, ...mentionsOf(options, command) } as const
      await amend(options, by, command, edit)
      return { ok: true, messageId }
    }
    case 'configure':
      await amend(options, by, command, { type: 'configure', ...settingsOf(options, command) })
      return { ok: true }
    default: {
      // What is decided as it came: only its sender is added.
      const { roomId: _, commandId: _id, ...amendment } = command
      await amend(options, by, command, amendment)
      return 'messageId' in command ? { ok: true, messageId: command.messageId } : { ok: true }
    }
  }
}

async function post(
  options: CommandOptions,
  by: MemberId,
  command: CommandOf<'post'>,
): Promise<Acknowledged> {
  const text = textOf(command.text)
  if (command.ask) mayAsk(options, by)
  const { roomId, commandId, ask } = command
  const model = modelOf(options, ask ? command.model : undefined)
  const messageId = messageIdOf(roomId, by, commandId)
  const generationId = options.newId()
  options.presence.said(roomId, by)
  const newPost = {
    commandId,
    messageId,
    by,
    text,
    ask,
    generationId,
    ...(await quoteIn(options, command)),
    ...mentionsOf(options, command),
    ...(model === undefined ? {} : { model }),
  }
  if (!ask) return acknowledge(options, await options.log.post(roomId, newPost))
  return inPlace(options, by, (hasPlace) =>
    options.log.post(roomId, hasPlace ? newPost : { ...newPost, waits: true }),
  )
}

/** What somebody says, as it may be said. @throws Refusal `message-empty`, `message-too-long` */
function textOf(said: string): string {
  const kilobytes = LIMITS.messageBytes / 1024
  // Its length first: a unit is a byte at least, and to look for something visible costs as much as is there.
  if (said.length <= LIMITS.messageBytes) {
    const text = said.toWellFormed()
    if (!hasVisible(text)) throw new Refusal('message-empty')
    if (byteLength(text) <= LIMITS.messageBytes) return text
  }
  throw new Refusal('message-too-long', `The message is longer than ${kilobytes} kB.`)
}

/** A quote as the log is to write it: whose words they are is seen by whether the message holds them. */
async function quoteIn(
  { log }: CommandOptions,
  { roomId, quote }: CommandOf<'post'>,
): Promise<Pick<NewPost, 'quote'>> {
  if (!quote || !hasVisible(quote.text)) return {}
  const { of } = quote
  const text = quote.text.toWellFormed()
  const texts = await textsOf(log, roomId, of)
  const isOwn = !texts.some((one) => holdsPassage(one, text))
  return { quote: isOwn ? { of, text, isOwn } : { of, text } }
}

/** Those who are members, each once. */
function mentionsOf(
  { isMember }: CommandOptions,
  { mentions = [] }: { readonly mentions?: readonly MemberId[] | undefined },
): { mentions?: readonly MemberId[] } {
  const members = [...new Set(mentions)].filter(isMember)
  return members.length === 0 ? {} : { mentions: members }
}

/** @throws Refusal `model-unknown` */
function modelOf({ requireModel }: CommandOptions, model: string | undefined): string | undefined {
  if (model !== undefined) requireModel(model)
  return model
}

function settingsOf(options: CommandOptions, command: CommandOf<'configure'>) {
  const { title, instructions, inviters, thinking } = command
  const model = modelOf(options, command.model)
  if (title === '') throw new Refusal('bad-request', 'Enter a room name.')
  const changed = {
    ...(title === undefined ? {} : { title }),
    ...(model === undefined ? {} : { model }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(inviters === undefined ? {} : { inviters }),
    ...(thinking === undefined ? {} : { thinking }),
  }
  if (Object.keys(changed).length === 0)
    throw new Refusal('bad-request', 'Name at least one setting.')
  return changed
}

type WithoutSender<T> = T extends unknown ? Omit<T, 'commandId' | 'by'> : never

async function amend(
  { log, shown }: CommandOptions,
  by: MemberId,
  { roomId, commandId }: RoomCommand,
  amendment: WithoutSender<Amendment>,
): Promise<void> {
  const { entries } = await log.amend(roomId, { commandId, by, ...amendment })
  await shown(lastOf(entries))
}

/**
 * Closes the request of what is stopped while its stop cannot be stored.
 * @throws Refusal `storage-uncertain` when it ran here: it is stored when it can be, and whoever asks again learns how
 */
export function stopWithoutStorage(
  { stopAsking }: Pick<CommandOptions, 'stopAsking'>,
  by: MemberId,
  command: CommandOf<'cancel'>,
): void {
  const { roomId, generationId } = command
  if (stopAsking({ roomId, generationId, by, reason: reasonOf(command) }))
    throw new Refusal('storage-uncertain')
}

function reasonOf({ reason }: CommandOf<'cancel'>): string | undefined {
  return reason?.toWellFormed().trim() || undefined
}

function isStorageAway(error: unknown): boolean {
  return error instanceof Refusal && STORAGE_AWAY.has(error.body.code)
}

/** Whoever ends it first wins; a stop that comes too late is told how it ended, and is no error. */
async function cancel(
  options: CommandOptions,
  by: MemberId,
  command: CommandOf<'cancel'>,
): Promise<Acknowledged> {
  const { log, shown } = options
  const { roomId, generationId } = command
  const reason = reasonOf(command)
  const result = await log
    .end(roomId, {
      generationId,
      outcome: 'cancelled',
      by,
      ...(reason === undefined ? {} : { reason }),
      next: null,
    })
    .catch((error: unknown) => {
      if (isStorageAway(error)) stopWithoutStorage(options, by, command)
      throw error
    })
  if (!result.ok && result.refused !== 'ended') throw new Refusal('internal')
  const { outcome, end, offset } = result.ended
  await shown(offset)
  return { ok: true, generationId, outcome, end }
}

async function again(
  options: CommandOptions,
  by: MemberId,
  command: CommandOf<'retry'> | CommandOf<'continue'>,
): Promise<Acknowledged> {
  mayAsk(options, by)
  const { roomId, commandId, type: mode, generationId: of } = command
  const generationId = options.newId()
  return inPlace(options, by, (hasPlace) => {
    if (!hasPlace) throw new Refusal('busy')
    return options.log.start(roomId, { commandId, generationId, by, mode, of })
  })
}

/** @throws Refusal */
function mayAsk({ refuseNew }: CommandOptions, by: MemberId): void {
  const error = refuseNew(by)
  if (error) throw new Refusal(error.code, error.message)
}

/** Does what may start an answer, with a place for it if there is one, and runs what has started. */
async function inPlace(
  options: CommandOptions,
  by: MemberId | null,
  write: (hasPlace: boolean) => Promise<Written>,
): Promise<Acknowledged> {
  const place = options.takePlace(by)
  const release = () => place?.release()
  // What runs has a place of its own.
  const run = (started: Started) => {
    options.run(started)
    release()
  }
  try {
    return await acknowledge({ ...options, run }, await write(place !== null))
  } finally {
    release()
  }
}

/** A repeated command is acknowledged as it was the first time, from the entries it wrote then. */
async function acknowledge(
  { run, shown }: CommandOptions,
  { entries, started }: Written,
): Promise<Acknowledged> {
  if (started) run(started)
  await shown(lastOf(entries))
  const of = <T extends Entry['type']>(type: T) =>
    entries.find((entry): entry is Extract<Entry, { type: T }> => entry.type === type)
  const messageId = of('message-posted')?.messageId
  const generationId = of('generation-started')?.generationId
  return {
    ok: true,
    ...(messageId === undefined ? {} : { messageId }),
    ...(generationId === undefined ? {} : { generationId }),
    ...(of('question-queued') ? { queued: true } : {}),
  }
}

function lastOf(entries: readonly Entry[]): number {
  return entries.at(-1)?.offset ?? 0
}
