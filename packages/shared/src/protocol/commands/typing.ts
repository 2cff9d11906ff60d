import * as v from 'valibot'
import { sent } from './sent.ts'

/** The member is writing now; forgotten after a few seconds. */
export const typingSchema = v.object({ type: v.literal('typing'), ...sent })
