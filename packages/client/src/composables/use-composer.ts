// What this member does in the room, and what comes back: a refused message returns to the draft with the
// reason, a refused act shows its reason until the next one.
import { type Ref, ref, watch } from 'vue'
import { type CommandResult, LIMITS } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import { browserClock } from '../clock.ts'
import type { Intent } from '../room/room-client.ts'
import { tooLongText } from '../wording/words.ts'
import { useDraft } from './use-draft.ts'
import type { Room } from './use-room.ts'

/** Refusals that were for as long as the storage is away. */
const STORAGE: ReadonlySet<string> = new Set(['storage-unavailable', 'storage-full'])

/** The server forgets a typing member after a few seconds, so it is told this often. */
const TYPING_MS = 2000

export interface Composer {
  readonly draft: Ref<string>
  readonly ask: Ref<boolean>
  readonly refusal: Readonly<Ref<string | null>>
  readonly actRefusal: Readonly<Ref<string | null>>
  readonly post: () => Promise<void>
  readonly act: (intent: Exclude<Intent, { type: 'post' | 'typing' }>) => Promise<void>
  /** The text was changed. */
  readonly typing: () => void
}

export function useComposer(
  room: Room,
  roomId: () => string,
  events: { readonly sent: () => void },
): Composer {
  const { text: draft, ask } = useDraft(roomId)
  const refusal = ref<string | null>(null)
  const actRefusal = ref<string | null>(null)
  /** Which of the two are about the storage. */
  const [notSaved, notDone] = [ref(false), ref(false)]
  let toldTyping = 0

  const heard = async (
    { text, ask: asked }: { readonly text: string; readonly ask: boolean },
    answer: Promise<CommandResult>,
  ): Promise<void> => {
    const of = roomId()
    const result = await answer
    if (result.ok || of !== roomId()) return
    refusal.value = result.error.message
    notSaved.value = STORAGE.has(result.error.code)
    // Joined with a question, what was meant for the room alone would be asked with it.
    ask.value = asked && (draft.value === '' || ask.value)
    draft.value = draft.value === '' ? text : `${text}\n\n${draft.value}`
  }
  watch(
    [roomId, room.me],
    () => {
      for (const post of room.unsent()) void heard(post, room.resend(post))
    },
    { immediate: true },
  )

  watch(roomId, () => {
    refusal.value = null
    actRefusal.value = null
  })
  watch(draft, (text) => {
    if (text === '') refusal.value = null
  })
  watch(
    () => room.view.value.status.kind,
    (kind) => {
      if (kind !== 'live') return
      if (notDone.value) actRefusal.value = null
      if (notSaved.value && refusal.value) refusal.value = 'it can be sent again now.'
      notSaved.value = false
      notDone.value = false
    },
  )

  return {
    draft,
    ask,
    refusal,
    actRefusal,
    async post() {
      const text = draft.value.trim()
      refusal.value = null
      const size = byteLength(text)
      if (size > LIMITS.messageBytes) {
        refusal.value = tooLongText(size, LIMITS.messageBytes)
        return
      }
      draft.value = ''
      toldTyping = 0
      events.sent()
      const said = { text, ask: ask.value }
      await heard(said, room.send({ type: 'post', ...said }))
    },
    async act(intent) {
      actRefusal.value = null
      const result = await room.send(intent)
      notDone.value = !result.ok && STORAGE.has(result.error.code)
      if (!result.ok) actRefusal.value = result.error.message
      else if (intent.type === 'cancel' && result.outcome && result.outcome !== 'cancelled')
        actRefusal.value = 'Too late to stop: the answer had just ended.'
    },
    typing() {
      // It was said of the text as it was.
      refusal.value = null
      const now = browserClock.now()
      if (draft.value.trim() === '' || now - toldTyping < TYPING_MS) return
      toldTyping = now
      room.typing()
    },
  }
}
