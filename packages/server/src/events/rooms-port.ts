// The part of the rooms that event streams use.
import type { Connection } from '../room/connection.ts'
import type { Place } from '../room/place.ts'

export interface RoomsPort {
  /** Creates a stream's place, in no room yet. Never refuses; `Place.take` may. Called once per stream. */
  placeOf(stream: Connection): Place
}
