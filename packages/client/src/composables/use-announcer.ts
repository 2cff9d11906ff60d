// What the status region and the alert region of a room say: events of the room and of the link, and for who wants
// that the answer itself, when it is finished or sentence by sentence at a pace that can be listened to.
import { onScopeDispose, type Ref, ref, watch, watchEffect } from 'vue'
import type { Reply } from '@roomcast/shared/protocol'
import { partsOf, replyNumbered } from '@roomcast/shared/room'
import type { sentencesAfter as Cut } from '../announce/sentences.ts'
import { browserClock } from '../clock.ts'
import { preferences } from '../preferences.ts'
import { announcementOf } from '../wording/announcement.ts'
import { laterWords } from '../wording/later.ts'
import type { RoomShown } from './use-opened-room.ts'

/** Between two things that are said while an answer comes, ms. */
const PACE_MS = 1500
/** The longest finished answer that is said as a whole, characters. */
const LONGEST_ANSWER = 4000

export interface Said {
  readonly calm: Readonly<Ref<string>>
  readonly urgent: Readonly<Ref<string>>
}

/** @param stopArmed one more press of Escape stops the answer */
export function useAnnouncer({ view, me, linkText }: RoomShown, stopArmed: () => boolean): Said {
  const calm = ref('')
  const urgent = ref('')
  const sentences = useSentences((sentence) => (calm.value = sentence))

  watch(
    () => view().state,
    (after, before) => {
      if (!after) return
      const reply = (before && replyNumbered(after, before.running ?? after.running ?? 0)) ?? null
      if (reply && preferences.value.announce === 'sentences') sentences.follow(reply)
      const announcement = announcementOf(before ?? null, after, me.value)
      if (announcement === null) return
      if (announcement.urgent !== '') urgent.value = announcement.urgent
      const finished = reply?.ended && preferences.value.announce === 'answers' ? reply : null
      const text = finished ? textOf(finished).slice(0, LONGEST_ANSWER) : ''
      if (announcement.calm !== '' || text !== '')
        calm.value = `${announcement.calm} ${text}`.trim()
    },
  )
  watch(stopArmed, (armed) => {
    if (armed) calm.value = laterWords.announce.stopArmed
    // The same words are heard again only if they have been away.
    else if (calm.value === laterWords.announce.stopArmed) calm.value = ''
  })
  let lost = false
  watch([() => view().status.kind, () => linkText.value.tone], ([kind, tone]) => {
    if (kind === 'offline' && tone === 'bad' && !lost) urgent.value = laterWords.announce.lost
    else if (kind === 'paused') calm.value = linkText.value.sentence ?? ''
    else if (kind === 'live' && lost) calm.value = laterWords.announce.back
    if ((kind === 'offline' && tone === 'bad') || kind === 'paused') lost = true
    else if (kind === 'live') lost = false
  })
  return { calm, urgent }
}

function textOf(reply: Reply): string {
  return partsOf(reply)
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text)
    .join('')
}

/** Says the sentences of the running answer one after the other, not faster than can be listened to. */
function useSentences(say: (sentence: string) => void): {
  readonly follow: (reply: Reply) => void
} {
  let number = 0
  let upTo = 0
  let waiting: string[] = []
  let cancel: (() => void) | null = null
  /** Loaded for those who want it. */
  let sentencesAfter: typeof Cut | null = null
  const load = (): void =>
    void import('../announce/sentences.ts').then(
      (cutter) => (sentencesAfter = cutter.sentencesAfter),
      // ignored because: it is tried again with what comes next.
      () => null,
    )
  watchEffect(() => preferences.value.announce === 'sentences' && load())
  const next = (): void => {
    cancel = null
    const sentence = waiting.shift()
    if (sentence === undefined) return
    say(sentence)
    cancel = browserClock.after(PACE_MS, next)
  }
  onScopeDispose(() => cancel?.())
  return {
    follow(reply) {
      if (sentencesAfter === null) return load()
      const text = textOf(reply)
      if (reply.number !== number) {
        // Who comes later hears what comes from now on.
        const isLate = number === 0 && text.length > 0 && reply.ended === null
        number = reply.number
        upTo = isLate ? text.length : 0
        waiting = []
      }
      const ready = sentencesAfter(text, upTo, reply.ended !== null, laterWords.announce.code)
      upTo = ready.upTo
      waiting.push(...ready.sentences)
      if (cancel === null) next()
    },
  }
}
