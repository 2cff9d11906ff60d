// Fills the status region and the alert region of a room with events of the room and the connection and, if the reader
// prefers it, with the answer itself: once it is finished, or sentence by sentence at a pace that people can follow.
import { onScopeDispose, type Ref, ref, watch, watchEffect } from 'vue'
import type { Reply, RoomState } from '@roomcast/shared/protocol'
import { answerText } from '@roomcast/shared/room'
import { differing, speechQueue, type SpeechQueue } from './speech-queue.ts'
import type { sentencesAfter as Cut } from './sentences.ts'
import { browserClock } from '../browser/clock.ts'
import { preferences } from '../preferences/preferences.ts'
import { laterWords } from '../wording/later.ts'
import type { RoomShown } from '../opened-room/use-opened-room.ts'

/** The time between two texts, ms. */
const PACE_MS = 1500
/** The most characters of a finished answer that are announced. */
const LONGEST_ANSWER = 4000

export interface Announced {
  readonly calm: Readonly<Ref<string>>
  readonly urgent: Readonly<Ref<string>>
}

/** @param stopArmed whether another press of Escape stops the answer */
export function useAnnouncer(
  { view, me, connection }: RoomShown,
  stopArmed: () => boolean,
): Announced {
  const calm = ref('')
  const urgent = ref('')
  const speech = speechQueue((text) => (calm.value = text), browserClock, PACE_MS)
  onScopeDispose(speech.end)
  const follow = useSentences(speech)
  const alert = (text: string): void => void (urgent.value = differing(urgent.value, text))

  const hear = async (before: RoomState, after: RoomState): Promise<void> => {
    // The announcements are loaded with the first event.
    const { announcementOf, answerOf } = await import('./announcement.ts')
    const reply = answerOf(before, after)
    const bySentence = preferences.value.announce === 'sentences'
    if (reply && bySentence) follow(reply)
    const announcement = announcementOf(before, after, me.value)
    if (announcement === null) return
    if (announcement.urgent !== '') alert(announcement.urgent)
    const finished = reply?.ended && preferences.value.announce === 'answers' ? reply : null
    const text = finished ? answerText(finished).slice(0, LONGEST_ANSWER) : ''
    if (announcement.calm !== '' || text !== '')
      speech.event(`${announcement.calm} ${text}`.trim(), bySentence && reply?.ended != null)
  }
  watch(
    () => view().state,
    (after, before) => {
      // ignored because: the next change of state tries again.
      if (before && after) hear(before, after).catch(() => null)
    },
  )
  watch(stopArmed, (armed) => {
    if (armed) calm.value = laterWords.announce.stopArmed
    // The same text is announced again only after it has been cleared.
    else if (calm.value === laterWords.announce.stopArmed) calm.value = ''
  })
  let lost = false
  watch([() => view().status.kind, () => connection.value.tone], ([kind, tone]) => {
    if (kind === 'offline' && tone === 'bad' && !lost) alert(laterWords.announce.lost)
    else if (kind === 'paused') speech.event(connection.value.sentence ?? '')
    else if (kind === 'live' && lost) speech.event(laterWords.announce.back)
    if ((kind === 'offline' && tone === 'bad') || kind === 'paused') lost = true
    else if (kind === 'live') lost = false
  })
  return { calm, urgent }
}

/** Queues the sentences of the running answer as they become whole. */
function useSentences(speech: SpeechQueue): (reply: Reply) => void {
  let number = 0
  let upTo = 0
  /** Loaded only for readers who prefer sentences. */
  let sentencesAfter: typeof Cut | null = null
  /** The newest reply received before the cutter was loaded. */
  let early: Reply | null = null
  const load = (): void =>
    void import('./sentences.ts').then(
      (cutter) => {
        sentencesAfter = cutter.sentencesAfter
        if (early) follow(early)
        early = null
      },
      // ignored because: the next change of state tries again.
      () => null,
    )
  watchEffect(() => preferences.value.announce === 'sentences' && load())
  const follow = (reply: Reply): void => {
    if (sentencesAfter === null) {
      early = reply
      return load()
    }
    const text = answerText(reply)
    if (reply.number !== number) {
      // A late joiner hears only the text from now on.
      const isLate = number === 0 && text.length > 0 && reply.ended === null
      number = reply.number
      upTo = isLate ? text.length : 0
      speech.dropSentences()
    }
    const ready = sentencesAfter(text, upTo, reply.ended !== null, laterWords.announce.code)
    upTo = ready.upTo
    speech.sentences(ready.sentences)
  }
  return follow
}
