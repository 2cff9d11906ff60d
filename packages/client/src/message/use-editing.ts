// Editing one's own messages, one at a time and in place. The draft survives a reload of the tab, and a refusal leaves
// it in the editor.
import { type ShallowRef, shallowRef, watch } from 'vue'
import { LIMITS, type Said } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import * as v from 'valibot'
import { refusalText } from '../api/api-error.ts'
import { type Mentionable, mentionsIn } from '../mentions/mention.ts'
import { words } from '../wording/language.ts'
import type { RoomClient } from '../room/room-client.ts'

/** An edit in progress of one of the member's own messages. */
export interface Editing {
  readonly messageId: string
  readonly text: string
  /** Why the text was refused. */
  readonly problem: string | null
  /** The text was sent and has not been acknowledged yet. */
  readonly saving: boolean
}

interface Editor {
  readonly now: Readonly<ShallowRef<Editing | null>>
  readonly begin: (said: Said) => void
  readonly write: (text: string) => void
  /** Sends the new text. @param before the text it replaces */
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
      // The member may have cancelled meanwhile, or begun to edit another message.
      const still = now.value as Editing | null
      if (still?.messageId !== messageId) return
      if (!result.ok) change({ saving: false, problem: refusalText(result.error) })
      // The text changed while it was being saved: keep the editor open for the changes.
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
    // ignored because: then there is no draft to restore.
    return null
  }
}

function write(roomId: string, editing: Editing | null): void {
  try {
    const { messageId, text } = editing ?? {}
    if (editing === null) sessionStorage.removeItem(keyOf(roomId))
    else sessionStorage.setItem(keyOf(roomId), JSON.stringify({ messageId, text }))
  } catch {
    // ignored because: without storage the draft is only lost on a reload.
  }
}
