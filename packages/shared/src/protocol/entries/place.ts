import { countSchema } from '../ids.ts'

/** `offset`: dense, from 1, per room and epoch. `at`: milliseconds since 1970 on the server that wrote the entry. */
export const place = { offset: countSchema, at: countSchema }
