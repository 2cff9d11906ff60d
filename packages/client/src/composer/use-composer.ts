// Sends this member's actions and handles refusals: a refused message returns to the draft with the reason; a refused
// action shows its reason until the next one.
import { type Ref, ref, type ShallowRef, watch } from 'vue'
import { type CommandResult, LIMITS } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import { refusalText } from '../api/api-error.ts'
import { browserClock } from '../browser/clock.ts'
import type { Intent } from '../room/room-client.ts'
import type { Post } from '../room/unsent-posts.ts'
import { type Mentionable, mentionsIn } from '../mentions/mention.ts'
import { words } from '../wording/language.ts'
import { afterSending, type Draft, NO_DRAFT, takenBack } from './draft-schema.ts'
import { useDraft } from './use-draft.ts'
import type { Room } from '../opened-room/use-room.ts'

/** Refusals that only last while the storage is unavailable. */
const STORAGE: ReadonlySet<string> = new Set(['storage-unavailable', 'storage-full'])

/** The server forgets a typing member after a few seconds, so the page repeats the signal this often. */
const TYPING_MS = 2000

export interface Composer {
  readonly draft: ShallowRef<Draft>
  readonly refusal: Readonly<Ref<string | null>>
  readonly actRefusal: Readonly<Ref<string | null>>
  readonly post: () => Promise<void>
  readonly act: (intent: Exclude<Intent, { type: 'post' | 'typing' }>) => Promise<void>
  /** Takes an unsent message back into the draft. */
  readonly takeBack: (commandId: string) => void
  /** Call it when the member changed the text. */
  readonly typing: () => void
}

interface ComposerOptions {
  /** The people who can be mentioned. */
  readonly people: () => readonly Mentionable[]
  /** Called when a message is sent. */
  readonly sent: () => void
}

export function useComposer(
  room: Room,
  roomId: () => string,
  { people, sent }: ComposerOptions,
): Composer {
  const draft = useDraft(roomId)
  const refusal = ref<string | null>(null)
  const actRefusal = ref<string | null>(null)
  /** Whether each of the two refusals is about the storage. */
  const [notSaved, notDone] = [ref(false), ref(false)]
  let toldTyping = 0

  const heard = async (message: Draft, answer: Promise<CommandResult>): Promise<void> => {
    const of = roomId()
    const result = await answer
    if (result.ok || of !== roomId()) return
    refusal.value = result.error.code === 'taken-back' ? null : refusalText(result.error)
    notSaved.value = STORAGE.has(result.error.code)
    draft.value = takenBack(draft.value, message)
  }
  watch(
    [roomId, room.me],
    () => {
      for (const post of room.unsent()) void heard(draftFrom(post), room.resend(post))
    },
    { immediate: true },
  )

  watch(roomId, () => {
    refusal.value = null
    actRefusal.value = null
  })
  watch(draft, ({ text }) => {
    if (text === '') refusal.value = null
  })
  watch(
    () => room.view.value.status.kind,
    (kind) => {
      if (kind !== 'live') return
      if (notDone.value) actRefusal.value = null
      if (notSaved.value && refusal.value) refusal.value = words.talking.composer.sendAgain
      notSaved.value = false
      notDone.value = false
    },
  )

  return {
    draft,
    refusal,
    actRefusal,
    async post() {
      const message = { ...draft.value, text: draft.value.text.trim() }
      refusal.value = null
      const size = byteLength(message.text)
      if (size > LIMITS.messageBytes) {
        refusal.value = words.talking.composer.tooLong(size, LIMITS.messageBytes)
        return
      }
      draft.value = afterSending(message)
      toldTyping = 0
      sent()
      await heard(message, room.send(intentOf(message, people())))
    },
    async act(intent) {
      actRefusal.value = null
      const result = await room.send(intent)
      notDone.value = !result.ok && STORAGE.has(result.error.code)
      if (!result.ok) actRefusal.value = refusalText(result.error)
      else if (intent.type === 'cancel' && result.outcome && result.outcome !== 'cancelled')
        actRefusal.value = words.talking.composer.tooLate
    },
    takeBack: (commandId) => void room.takeBack(commandId),
    typing() {
      // The refusal was about the text before this change.
      refusal.value = null
      const now = browserClock.now()
      if (draft.value.text.trim() === '' || now - toldTyping < TYPING_MS) return
      toldTyping = now
      room.typing()
    },
  }
}

function intentOf(message: Draft, people: readonly Mentionable[]): Intent {
  const { text, ask, quote, model, chosen } = message
  const mentions = mentionsIn(text, people, chosen).slice(0, LIMITS.mentions)
  return {
    type: 'post',
    text,
    ask,
    ...(quote ? { quote } : {}),
    ...(mentions.length > 0 ? { mentions } : {}),
    ...(model !== null && ask ? { model } : {}),
  }
}

function draftFrom({ text, ask, quote, model, mentions }: Post): Draft {
  return {
    ...NO_DRAFT,
    text,
    ask,
    quote: quote ?? null,
    model: model ?? null,
    chosen: mentions ?? [],
  }
}
