import * as v from 'valibot'
import { countSchema, idSchema } from '../ids.ts'

/** How far the room has come, so that silence and loss can be told apart. `end`: bytes of the running reply. */
export const heartbeatSchema = v.object({
  type: v.literal('heartbeat'),
  epoch: idSchema,
  offset: countSchema,
  end: countSchema,
})
export type Heartbeat = Readonly<v.InferOutput<typeof heartbeatSchema>>
