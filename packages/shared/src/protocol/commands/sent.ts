import { idSchema } from '../ids.ts'

/** What every command has. `commandId`: fresh for each command; sent again with it, a command is done once. */
export const sent = { commandId: idSchema, roomId: idSchema }
