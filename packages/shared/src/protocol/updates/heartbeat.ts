import * as v from 'valibot'
import { countSchema, idSchema } from '../ids.ts'

/** The room's current position, which lets clients tell silence from loss. `end`: bytes of the running reply. */
export const heartbeatSchema = v.object({
  type: v.literal('heartbeat'),
  epoch: idSchema,
  offset: countSchema,
  end: countSchema,
})
export type Heartbeat = Readonly<v.InferOutput<typeof heartbeatSchema>>
