// A docket as JSON. Logs save one, so a room need not be folded from its beginning.
import { countSchema, idSchema, INVITERS, ROLES } from '@roomcast/shared/protocol'
import * as v from 'valibot'
import type { Asked, Docket } from './docket.ts'

/** A docket saved by another version is not used: the room is folded from its beginning. */
export const DOCKET_VERSION = 1

const askedSchema = v.object({
  messageId: idSchema,
  by: idSchema,
  model: v.optional(v.string()),
  at: countSchema,
})
const savedSchema = v.object({
  offset: countSchema,
  title: v.string(),
  model: v.string(),
  inviters: v.picklist(INVITERS),
  members: v.array(
    v.tuple([
      idSchema,
      v.object({
        name: v.string(),
        role: v.picklist(ROLES),
        gone: v.nullable(v.picklist(['left', 'removed'])),
      }),
    ]),
  ),
  admission: countSchema,
  running: v.nullable(idSchema),
  number: countSchema,
  queue: v.array(askedSchema),
  asked: v.array(askedSchema),
  held: v.boolean(),
})

/** @param offset to save; entries between it and the docket's own offset have changed nothing in the docket */
export function savedDocket({ members, ...docket }: Docket, offset: number): string {
  return JSON.stringify({ ...docket, members: [...members], offset })
}

/** Null if the JSON cannot be read as a docket. */
export function readDocket(json: string): Docket | null {
  const read = v.safeParse(savedSchema, valueOf(json))
  if (!read.success) return null
  const { members, queue, asked, ...docket } = read.output
  return {
    ...docket,
    members: new Map(members),
    queue: queue.map(withModel),
    asked: asked.map(withModel),
  }
}

function withModel({ model, ...asked }: v.InferOutput<typeof askedSchema>): Asked {
  return { ...asked, model }
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    // ignored because: undefined fits no schema, so invalid JSON is treated like any other unreadable docket
    return undefined
  }
}
