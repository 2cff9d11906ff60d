import * as v from 'valibot'
import { type RoomState, roomStateSchema } from '../room-state.ts'

/** The whole room at a position; it replaces the client's state. */
export const snapshotSchema = v.object({ type: v.literal('snapshot'), state: roomStateSchema })
export type Snapshot = { readonly type: 'snapshot'; readonly state: RoomState }
