import * as v from 'valibot'
import { countSchema } from '../ids.ts'
import { type Kind, KINDS } from '../room-state.ts'

/**
 * A run of reply text, the update that travels most, hence an array: the generation's number, the byte
 * position of the text, the text, and the mark that begins at this position, if one does. Bytes that follow
 * a mark without bytes carry it again: no position tells that such a mark was lost.
 */
export const deltaSchema = v.union([
  // The longer first: a tuple drops what it has no place for.
  v.tuple([countSchema, countSchema, v.string(), v.picklist(KINDS)]),
  v.tuple([countSchema, countSchema, v.string()]),
])
export type Delta =
  | readonly [number: number, at: number, text: string]
  | readonly [number: number, at: number, text: string, mark: Kind]
