import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Answer the question of an ended generation again. */
export const retrySchema = v.object({ type: v.literal('retry'), ...sent, generationId: idSchema })
