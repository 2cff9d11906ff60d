// Commands: members' requests, all sent as the one Socket.IO event `command`, always acknowledged. One file each, in commands/.
import * as v from 'valibot'
import { cancelSchema } from './commands/cancel.ts'
import { configureSchema } from './commands/configure.ts'
import { continueSchema } from './commands/continue.ts'
import { editSchema } from './commands/edit.ts'
import { joinSchema } from './commands/join.ts'
import { leaveSchema } from './commands/leave.ts'
import { lookSchema } from './commands/look.ts'
import { postSchema } from './commands/post.ts'
import { removeSchema } from './commands/remove.ts'
import { resumeSchema } from './commands/resume.ts'
import { retractSchema } from './commands/retract.ts'
import { retrySchema } from './commands/retry.ts'
import { typingSchema } from './commands/typing.ts'
import { withdrawSchema } from './commands/withdraw.ts'
import { errorSchema } from './error.ts'
import { idSchema } from './ids.ts'
import { OUTCOMES } from './vocabulary.ts'

export const commandSchemas = {
  join: joinSchema,
  leave: leaveSchema,
  post: postSchema,
  edit: editSchema,
  retract: retractSchema,
  configure: configureSchema,
  remove: removeSchema,
  cancel: cancelSchema,
  retry: retrySchema,
  continue: continueSchema,
  withdraw: withdrawSchema,
  resume: resumeSchema,
  typing: typingSchema,
  look: lookSchema,
} as const

export type CommandType = keyof typeof commandSchemas
export type CommandOf<T extends CommandType> = Readonly<v.InferOutput<(typeof commandSchemas)[T]>>
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType]

/** The details that an acknowledgement may carry. */
export const acknowledgedSchema = v.object({
  ok: v.literal(true),
  messageId: v.optional(idSchema),
  generationId: v.optional(idSchema),
  /** The question is waiting in the queue. */
  queued: v.optional(v.boolean()),
  /** With `cancel`: the outcome of the generation, even if it had already ended, and the byte at which it ended. */
  outcome: v.optional(v.picklist(OUTCOMES)),
  end: v.optional(v.number()),
})
export type Acknowledged = Readonly<v.InferOutput<typeof acknowledgedSchema>>

export const commandResultSchema = v.variant('ok', [
  acknowledgedSchema,
  v.object({ ok: v.literal(false), error: errorSchema }),
])
export type CommandResult = Readonly<v.InferOutput<typeof commandResultSchema>>
