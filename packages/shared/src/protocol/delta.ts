import * as v from 'valibot'
import { countSchema } from './ids.ts'
import { KINDS, type Kind } from './room-state.ts'

/**
 * A run of reply text, the update that travels most, hence an array: the generation's number, the byte
 * position of the text, the text, and, where it begins, the mark that holds from there.
 */
export const deltaSchema = v.union([
  v.tuple([countSchema, countSchema, v.string()]),
  v.tuple([countSchema, countSchema, v.string(), v.picklist(KINDS)]),
])
export type Delta =
  | readonly [number: number, at: number, text: string]
  | readonly [number: number, at: number, text: string, mark: Kind]
