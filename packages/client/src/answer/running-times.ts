// When a reply began and when it last grew, by this screen's clock. The server clock may differ by minutes, so its time
// counts only if this screen did not see the reply begin.
import type { Reply } from '@roomcast/shared/protocol'

/** If an answer seems to have begun longer ago than this, one of the clocks is off, by hours or a day, ms. */
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
 * @param known the times of the reply seen before, if any
 * @param witnessed the room was already live, so a new reply has only just begun
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
