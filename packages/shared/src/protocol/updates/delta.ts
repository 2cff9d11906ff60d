import * as v from 'valibot'
import { countSchema } from '../ids.ts'
import { type Kind, KINDS } from '../room-state.ts'

/**
 * A run of reply text. It is the most frequent update, hence a short array: the generation's number, the byte position
 * of the text, the text, and the mark that begins at this position, if any. Bytes that follow a mark without bytes
 * carry the mark again, because no position reveals that such a mark was lost.
 */
export const deltaSchema = v.union([
  // The longer tuple comes first: a tuple schema drops extra items.
  v.tuple([countSchema, countSchema, v.string(), v.picklist(KINDS)]),
  v.tuple([countSchema, countSchema, v.string()]),
])
export type Delta =
  | readonly [number: number, at: number, text: string]
  | readonly [number: number, at: number, text: string, mark: Kind]
