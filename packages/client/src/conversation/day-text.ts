// Days as headings between messages.
import { words } from '../wording/language.ts'

/** Whether two times, in ms since 1970, are of different days where the reader is. */
export function isOtherDay(one: number, other: number): boolean {
  return new Date(one).toDateString() !== new Date(other).toDateString()
}

/** `Today`, `Yesterday`, else the date, with its year if that is not this one. */
export function dayText(at: number, now: number): string {
  const [date, today] = [new Date(at), new Date(now)]
  // Noon to noon, so that a day with another number of hours counts as one.
  const days = (today.setHours(12, 0, 0, 0) - new Date(at).setHours(12, 0, 0, 0)) / 86_400_000
  return words.log.day(date, Math.round(days), today)
}
