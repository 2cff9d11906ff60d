// What the status region and the alert region of a room say: events of the room and of the link, and for who wants
// that the answer itself, when it is finished or sentence by sentence at a pace that can be listened to.
import { onScopeDispose, type Ref, ref, watch, watchEffect } from 'vue'
import type { Reply, RoomState } from '@roomcast/shared/protocol'
import { answerText } from '@roomcast/shared/room'
import { differing, speechQueue, type SpeechQueue } from './speech-queue.ts'
import type { sentencesAfter as Cut } from './sentences.ts'
import { browserClock } from '../browser/clock.ts'
import { preferences } from '../preferences/preferences.ts'
import { laterWords } from '../wording/later.ts'
import type { RoomShown } from '../opened-room/use-opened-room.ts'

/** Between two things that are said, ms. */
const PACE_MS = 1500
/** The longest finished answer that is said as a whole, characters. */
const LONGEST_ANSWER = 4000

export interface Announced {
  readonly calm: Readonly<Ref<string>>
  readonly urgent: Readonly<Ref<string>>
}

/** @param stopArmed one more press of Escape stops the answer */
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
    // What is said of events is loaded with the first of them.
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
      // ignored because: it is tried again with what comes next.
      if (before && after) hear(before, after).catch(() => null)
    },
  )
  watch(stopArmed, (armed) => {
    if (armed) calm.value = laterWords.announce.stopArmed
    // The same words are heard again only if they have been away.
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

/** Has the sentences of the running answer said as they become whole. */
function useSentences(speech: SpeechQueue): (reply: Reply) => void {
  let number = 0
  let upTo = 0
  /** Loaded for those who want it. */
  let sentencesAfter: typeof Cut | null = null
  /** What came before it was there. */
  let early: Reply | null = null
  const load = (): void =>
    void import('./sentences.ts').then(
      (cutter) => {
        sentencesAfter = cutter.sentencesAfter
        if (early) follow(early)
        early = null
      },
      // ignored because: it is tried again with what comes next.
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
      // Who comes later hears what comes from now on.
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
