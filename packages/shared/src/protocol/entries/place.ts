import { countSchema } from '../ids.ts'

/** Offset: dense, from 1, per room and epoch. `at`: milliseconds since 1970 on the server that wrote it. */
export const place = { offset: countSchema, at: countSchema }
