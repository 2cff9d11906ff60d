import * as v from 'valibot'
import { sent } from './sent.ts'

/** Let a held queue go on. */
export const resumeSchema = v.object({ type: v.literal('resume'), ...sent })
