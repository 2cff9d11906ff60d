import { idSchema } from '../ids.ts'

/** The fields of every command. `commandId` is an idempotency key: a command sent again with the same id is executed once. */
export const sent = { commandId: idSchema, roomId: idSchema }
