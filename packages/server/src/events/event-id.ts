// The id of an event: a position, as `<epoch>:<offset>:<end>`. No part of it contains a colon.
import * as v from 'valibot'
import { type Position, positionSchema } from '@roomcast/shared/protocol'

export function eventId({ epoch, offset, end }: Position): string {
  return `${epoch}:${offset}:${end}`
}

/** Parses the id of an event; undefined for anything else. */
export function positionFrom(id: string): Position | undefined {
  const parts = /^([\w-]+):(\d{1,16}):(\d{1,16})$/.exec(id)
  if (!parts) return undefined
  const [, epoch, offset, end] = parts
  const read = { epoch, offset: Number(offset), end: Number(end) }
  const parsed = v.safeParse(positionSchema, read)
  return parsed.success ? parsed.output : undefined
}
