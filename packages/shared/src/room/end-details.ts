import type { Ended } from '../protocol/room-state.ts'

/** What may be said of an end besides its outcome. */
export type EndDetails = Omit<Ended, 'outcome' | 'at'>

/** The details of an end, and nothing else of what has them: those that are not said are left out. */
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
