import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Take back an own message; the owner of the room may do it with anybody's. */
export const retractSchema = v.object({ type: v.literal('retract'), ...sent, messageId: idSchema })
