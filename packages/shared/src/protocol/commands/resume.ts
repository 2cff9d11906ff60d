import * as v from 'valibot'
import { sent } from './sent.ts'

/** Resume a held queue. */
export const resumeSchema = v.object({ type: v.literal('resume'), ...sent })
