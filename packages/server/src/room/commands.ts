// The effect of each member command. The border has parsed the command and checked that its sender is a member.
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

/** The commands that concern a room; the others concern only the connection. */
export type RoomCommand = Exclude<Command, { type: 'join' | 'leave' | 'look' }>

/** A stop, with the member who asked for it and the reason. */
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
  /** @throws Refusal `model-unknown` for a model that cannot be used, or not yet */
  readonly requireModel: (model: string) => void
  readonly isMember: (memberId: MemberId) => boolean
  /** Runs a generation that a command has started. */
  readonly run: (started: Started) => void
  /**
   * Closes a request to Claude when the storage cannot take its stop; the stop is stored as soon as possible.
   * @returns whether the generation runs on this node
   */
  readonly stopAsking: (stop: StopAsked) => boolean
  /** The reason why this member may not ask Claude now, or null; called once per question. */
  readonly refuseNew: (by: MemberId) => ErrorBody | null
  /**
   * Takes a slot for an answer to this member (null: to the author of the next question in the queue); null when none
   * is free.
   */
  readonly takePlace: (by: MemberId | null) => { release(): void } | null
  /** Resolves when the entry at an offset is shown on this node: an acknowledged entry must be visible. */
  readonly shown: (offset: number) => Promise<void>
}

/**
 * Performs one command of a member.
 * @returns the body of its acknowledgement
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
      // Only the log knows whose question is next, and therefore whose share the slot counts towards.
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
      // These commands go to the log as they came; only the sender is added.
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

/** The text of a message, if it is allowed. @throws Refusal `message-empty`, `message-too-long` */
function textOf(said: string): string {
  const kilobytes = LIMITS.messageBytes / 1024
  // Length first: each UTF-16 unit is at least one byte, and the check for visible characters is linear in the text.
  if (said.length <= LIMITS.messageBytes) {
    const text = said.toWellFormed()
    if (!hasVisible(text)) throw new Refusal('message-empty')
    if (byteLength(text) <= LIMITS.messageBytes) return text
  }
  throw new Refusal('message-too-long', `The message is longer than ${kilobytes} kB.`)
}

/** The quote as the log stores it: `isOwn` if the quoted message does not contain the passage. */
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

/** The mentioned people who are members, without duplicates. */
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
    throw new Refusal('bad-request', 'Include at least one setting.')
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
 * Closes the request of a generation whose stop cannot be stored now.
 * @throws Refusal `storage-uncertain` if it ran here: the stop is stored later, and a repeated command learns the
 * outcome
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

/** The first end wins; a stop that comes too late is acknowledged with the actual outcome, and is no error. */
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

/** Writes a command that may start an answer, with a slot if one is free, and runs the generation it starts. */
async function inPlace(
  options: CommandOptions,
  by: MemberId | null,
  write: (hasPlace: boolean) => Promise<Written>,
): Promise<Acknowledged> {
  const place = options.takePlace(by)
  const release = () => place?.release()
  // The running generation holds a slot of its own.
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

/** Builds an acknowledgement from the entries, so a repeated command gets its original answer. */
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
