import * as v from 'valibot'
import { errorSchema } from '../error.ts'

/**
 * Whether this node can save anything. With an error it cannot (`storage-unavailable`, `storage-full`). With null it can
 * again, and everything up to now has been sent. Without this update before `synced`, it can.
 */
export const storageSchema = v.object({
  type: v.literal('storage'),
  error: v.nullable(errorSchema),
})
export type StorageUpdate = Readonly<v.InferOutput<typeof storageSchema>>
