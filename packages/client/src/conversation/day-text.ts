// The headings with dates between messages.
import { words } from '../wording/language.ts'

/** Whether two times, in ms since 1970, are on different days in the reader's time zone. */
export function isOtherDay(one: number, other: number): boolean {
  return new Date(one).toDateString() !== new Date(other).toDateString()
}

/** `Today`, `Yesterday`, or the date, with the year if it is not the current one. */
export function dayText(at: number, now: number): string {
  const [date, today] = [new Date(at), new Date(now)]
  // From noon to noon, so that a day of 23 or 25 hours counts as one day.
  const days = (today.setHours(12, 0, 0, 0) - new Date(at).setHours(12, 0, 0, 0)) / 86_400_000
  return words.log.day(date, Math.round(days), today)
}
