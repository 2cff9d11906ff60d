// A docket as JSON, for logs that save one so that they need not fold a room from its beginning.
import { countSchema, idSchema, INVITERS, ROLES } from '@roomcast/shared/protocol'
import * as v from 'valibot'
import type { Asked, Docket } from './docket.ts'

/** A docket that was saved by another version is not read: the room is folded from its beginning. */
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

/** @param offset at which the docket holds: entries after it have changed nothing in it */
export function savedDocket({ members, ...docket }: Docket, offset: number): string {
  return JSON.stringify({ ...docket, members: [...members], offset })
}

/** Null when it cannot be read. */
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
    // ignored because: what is no JSON fits no schema
    return undefined
  }
}
