import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Leave the room for good (`memberId` is the sender), or remove another member (owner only). */
export const removeSchema = v.object({ type: v.literal('remove'), ...sent, memberId: idSchema })
