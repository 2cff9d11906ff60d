// Giving an own message another text: one at a time, in its place. What is written survives a reload of the tab, and
// a refusal leaves it where it is.
import { type ShallowRef, shallowRef, watch } from 'vue'
import { LIMITS, type Said } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import * as v from 'valibot'
import { refusalText } from '../api/api-error.ts'
import { type Mentionable, mentionsIn } from '../mentions/mention.ts'
import { words } from '../wording/language.ts'
import type { RoomClient } from '../room/room-client.ts'

/** An own message that is being changed. */
export interface Editing {
  readonly messageId: string
  readonly text: string
  /** Why the text was not taken. */
  readonly problem: string | null
  /** It was sent, and is not answered yet. */
  readonly saving: boolean
}

interface Editor {
  readonly now: Readonly<ShallowRef<Editing | null>>
  readonly begin: (said: Said) => void
  readonly write: (text: string) => void
  /** Sends the text. @param before the text that it replaces */
  readonly save: (before: string) => Promise<void>
  readonly cancel: () => void
}

const keptSchema = v.object({ messageId: v.string(), text: v.string() })

export function useEditing(
  room: Pick<RoomClient, 'send'>,
  roomId: () => string,
  people: () => readonly Mentionable[],
): Editor {
  const now = shallowRef<Editing | null>(read(roomId()))
  watch(roomId, (other) => (now.value = read(other)), { flush: 'sync' })
  watch(now, (editing) => write(roomId(), editing), { flush: 'sync' })
  const change = (part: Partial<Editing>): void => {
    if (now.value) now.value = { ...now.value, ...part }
  }
  const close = (): void => void (now.value = null)

  return {
    now,
    begin({ messageId, text }) {
      if (now.value?.messageId !== messageId)
        now.value = { messageId, text, problem: null, saving: false }
    },
    write: (text) => change({ text, problem: null }),
    async save(before) {
      if (!now.value || now.value.saving) return
      const { messageId, text: written } = now.value
      const text = written.trim()
      if (text === before) return close()
      const size = byteLength(text)
      const problem =
        text === ''
          ? words.talking.editor.empty
          : size > LIMITS.messageBytes
            ? words.talking.composer.tooLong(size, LIMITS.messageBytes)
            : null
      if (problem !== null) return change({ problem })
      change({ saving: true, problem: null })
      const mentions = mentionsIn(text, people(), []).slice(0, LIMITS.mentions)
      const more = mentions.length > 0 ? { mentions } : {}
      const result = await room.send({ type: 'edit', messageId, text, ...more })
      // It may have been given up meanwhile, or another one begun.
      const still = now.value as Editing | null
      if (still?.messageId !== messageId) return
      if (!result.ok) change({ saving: false, problem: refusalText(result.error) })
      // Written on meanwhile: that is to be saved, too.
      else if (still.text !== written) change({ saving: false })
      else close()
    },
    cancel: close,
  }
}

const keyOf = (roomId: string): string => `editing:${roomId}`

function read(roomId: string): Editing | null {
  try {
    const kept = v.safeParse(keptSchema, JSON.parse(sessionStorage.getItem(keyOf(roomId)) ?? ''))
    return kept.success ? { ...kept.output, problem: null, saving: false } : null
  } catch {
    // ignored because: nothing was being changed then.
    return null
  }
}

function write(roomId: string, editing: Editing | null): void {
  try {
    const { messageId, text } = editing ?? {}
    if (editing === null) sessionStorage.removeItem(keyOf(roomId))
    else sessionStorage.setItem(keyOf(roomId), JSON.stringify({ messageId, text }))
  } catch {
    // ignored because: a browser that stores nothing only loses it on reload.
  }
}
