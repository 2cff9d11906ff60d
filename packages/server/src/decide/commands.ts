// The commands of a room in the form that the rules take. Each is defined beside its rule.
import type { Rule } from './rule.ts'
import type { RULES } from './rules.ts'

type Ruled<R> = R extends Rule<infer C> ? C : never
export type Command = { [T in keyof typeof RULES]: Ruled<(typeof RULES)[T]> }[keyof typeof RULES]
export type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>

/** A command of a member. The log remembers it by its id. */
export type MemberCommand = Extract<Command, { readonly commandId: string }>

type WithoutType<C> = C extends unknown ? Omit<C, 'type'> : never
export type NewRoom = WithoutType<CommandOf<'create'>>
export type NewMember = WithoutType<CommandOf<'join'>>
export type NewPost = WithoutType<CommandOf<'post'>>
export type NewStart = WithoutType<CommandOf<'start'>>
export type Withdrawal = WithoutType<CommandOf<'withdraw'>>
export type Resumption = WithoutType<CommandOf<'resume'>>
export type NewEnd = WithoutType<CommandOf<'end'>>
/** A change to something that exists. The step that writes it checks whether `by` may change it. */
export type Amendment = Exclude<
  MemberCommand,
  { readonly type: 'create' | 'join' | 'post' | 'start' | 'withdraw' | 'resume' }
>
