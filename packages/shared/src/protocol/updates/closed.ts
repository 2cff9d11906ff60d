import * as v from 'valibot'
import { errorSchema } from '../error.ts'

/** The server ends this connection and says why; `retryable` says whether to reconnect. */
export const closedSchema = v.object({ type: v.literal('closed'), error: errorSchema })
export type Closed = { readonly type: 'closed'; readonly error: v.InferOutput<typeof errorSchema> }
