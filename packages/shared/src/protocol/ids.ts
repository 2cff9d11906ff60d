import * as v from 'valibot'

/** Ids are opaque and safe in URLs and storage keys: 1-64 of `A-Z a-z 0-9 _ -`. */
export const idSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))

export type RoomId = string
export type MemberId = string
export type MessageId = string
export type GenerationId = string
/** The client creates one for each command, so that sending the command again is harmless. */
export type CommandId = string

/** A non-negative whole number: offsets, byte positions, milliseconds since 1970. */
export const countSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
