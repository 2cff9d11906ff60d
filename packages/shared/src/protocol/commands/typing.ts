import * as v from 'valibot'
import { sent } from './sent.ts'

/** The member is typing; the server forgets this after a few seconds. */
export const typingSchema = v.object({ type: v.literal('typing'), ...sent })
