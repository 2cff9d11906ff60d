import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Leave the room for good (oneself), or remove a member (its owner). */
export const removeSchema = v.object({ type: v.literal('remove'), ...sent, memberId: idSchema })
