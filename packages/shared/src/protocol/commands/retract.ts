import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { sent } from './sent.ts'

/** Retract one's own message; the room's owner may retract any message. */
export const retractSchema = v.object({ type: v.literal('retract'), ...sent, messageId: idSchema })
