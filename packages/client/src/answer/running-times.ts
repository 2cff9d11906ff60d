// Since when a reply runs, and when it last grew, by this screen's clock: the clock of the server may be
// minutes away from it, so it counts only where this screen did not see the reply begin.
import type { Reply } from '@roomcast/shared/protocol'

/** An answer that seems to have begun longer ago was begun by a clock that is off, by hours or a day, ms. */
const LONGEST_MS = 60 * 60 * 1000

export interface RunningTimes {
  readonly generationId: string
  /** Its length when it last grew. */
  readonly end: number
  /** Never in the future. */
  readonly began: number
  /** When text last arrived, or when it began. */
  readonly grew: number
}

/**
 * @param known of the reply seen before, if any
 * @param witnessed the room was live before this, so that what is new has just happened
 */
export function timesAfter(
  known: RunningTimes | null,
  { generationId, end, at }: Pick<Reply, 'generationId' | 'end' | 'at'>,
  { now, witnessed }: { readonly now: number; readonly witnessed: boolean },
): RunningTimes {
  if (known?.generationId !== generationId) {
    const isLikely = at <= now && at >= now - LONGEST_MS
    const began = witnessed || !isLikely ? now : at
    return { generationId, end, began, grew: end > 0 ? now : began }
  }
  return known.end === end ? known : { ...known, end, grew: now }
}
