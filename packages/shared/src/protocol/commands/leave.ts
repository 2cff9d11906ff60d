import * as v from 'valibot'
import { sent } from './sent.ts'

export const leaveSchema = v.object({ type: v.literal('leave'), ...sent })
