import * as v from 'valibot'
import { idSchema } from '../ids.ts'
import { place } from './place.ts'

export const roomCreatedSchema = v.object({
  ...place,
  type: v.literal('room-created'),
  roomId: idSchema,
  title: v.string(),
  model: v.string(),
  instructions: v.string(),
})
