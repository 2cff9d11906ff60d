// The part of the rooms that event streams use.
import type { Connection } from '../room/connection.ts'
import type { Place } from '../room/place.ts'

export interface RoomsPort {
  /** Gives a stream its place, in no room yet. It refuses nothing: `Place.take` may. Asked once for each stream. */
  placeOf(stream: Connection): Place
}
