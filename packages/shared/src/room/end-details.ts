import type { Ended } from '../protocol/room-state.ts'

/** The optional details of an end. */
export type EndDetails = Omit<Ended, 'outcome' | 'at'>

/** Picks the details of an end and nothing else; undefined ones are left out. */
export function endDetails({ by, reason, stop, error, usage, omitted }: EndDetails): EndDetails {
  return {
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    ...(stop === undefined ? {} : { stop }),
    ...(error === undefined ? {} : { error }),
    ...(usage === undefined ? {} : { usage }),
    ...(omitted === undefined ? {} : { omitted }),
  }
}
