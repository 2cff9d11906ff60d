// All that a member does by talking: the composer, changing own messages, and what is done with a message.
import { computed, type ComputedRef, nextTick, type ShallowRef } from 'vue'
import type { Message, Models, RoomState, Said } from '@roomcast/shared/protocol'
import type { TalkAct } from '../talk/act.ts'
import type { Mentionable } from '../talk/mention.ts'
import { quoteOf } from '../talk/quote.ts'
import { type Composer, useComposer } from './use-composer.ts'
import type { Aim } from './use-aim.ts'
import { type Editing, useEditing } from './use-editing.ts'
import type { Room } from './use-room.ts'

/** What messages have to know of who reads them, and of what that member is doing. */
export interface Talk {
  readonly roomId: string
  readonly me: string | null
  /** This member owns the room. */
  readonly owner: boolean
  /** What may be asked here; null until it is known. */
  readonly models: Models | null
  readonly roomModel: string
}

export interface Talking {
  readonly composer: Composer
  readonly talk: ComputedRef<Talk>
  /** The own message that is being changed. */
  readonly editing: Readonly<ShallowRef<Editing | null>>
  /** Members who can be called by name: all but this one. */
  readonly people: ComputedRef<readonly Mentionable[]>
  readonly act: (act: TalkAct) => void
}

export interface TalkingOptions {
  readonly room: Room
  readonly roomId: () => string
  readonly models: () => Models | null
  /** A message was sent. */
  readonly sent: () => void
  /** Something was put into the composer. */
  readonly composing: () => void
  /** What was pressed in a message is about to go. */
  readonly pressed: () => void
  /** Shows the message or reply with this id. */
  readonly jump: (id: string) => void
  /** At what stands in the conversation and in the queue. */
  readonly aim: Aim
}

/** What is done for everybody with what stood under the pointer: never with what has just come there. */
const AIMED: ReadonlySet<TalkAct['kind']> = new Set(['retry', 'continue', 'withdraw', 'resume'])
const NOBODY: readonly Mentionable[] = []

export function useTalk(options: TalkingOptions): Talking {
  const { room, roomId } = options
  const state = (): RoomState | null => room.view.value.state
  const members = computed(() => state()?.members)
  const people = computed(
    () =>
      members.value?.filter(({ memberId, gone }) => memberId !== room.me.value && !gone) ?? NOBODY,
  )
  const composer = useComposer(room, roomId, { people: () => people.value, sent: options.sent })
  const editor = useEditing(room, roomId, () => people.value)
  const owner = computed(
    () => members.value?.find(({ memberId }) => memberId === room.me.value)?.role === 'owner',
  )

  const roomModel = computed(() => state()?.model ?? '')

  const save = async ({ text }: Said): Promise<void> => {
    await editor.save(text)
    await nextTick()
    // The editor took the focus with it, if it had it.
    if (editor.now.value === null && document.activeElement === document.body) options.composing()
  }

  const act = (wanted: TalkAct): void => {
    if (AIMED.has(wanted.kind) && !options.aim.hits()) return
    switch (wanted.kind) {
      case 'draft':
        return void (composer.draft.value = wanted.draft)
      case 'typing':
        return composer.typing()
      case 'send':
        return void composer.post()
      case 'quote': {
        const quote = quoteOf(wanted.message, wanted.selected)
        composer.draft.value = { ...composer.draft.value, quote }
        return options.composing()
      }
      case 'edit':
        return editor.begin(wanted.message)
      case 'edit-last': {
        const last = lastOf(state()?.messages ?? [], room.me.value)
        return last ? act({ kind: 'edit', message: last }) : undefined
      }
      case 'edit-text':
        return editor.write(wanted.text)
      case 'edit-save':
        return void save(wanted.message)
      case 'edit-cancel':
        editor.cancel()
        return options.composing()
      case 'retract':
        options.pressed()
        return void composer.act({ type: 'retract', messageId: wanted.message.messageId })
      case 'retry':
      case 'continue':
        options.pressed()
        return void composer.act({ type: wanted.kind, generationId: wanted.generationId })
      case 'withdraw':
        return void composer.act({ type: 'withdraw', messageId: wanted.messageId })
      case 'resume':
        return void composer.act({ type: 'resume' })
      case 'take-back':
        return composer.takeBack(wanted.commandId)
      case 'jump':
        return options.jump(wanted.id)
    }
  }

  return {
    composer,
    people,
    talk: computed(() => ({
      roomId: roomId(),
      me: room.me.value,
      owner: owner.value,
      models: options.models(),
      roomModel: roomModel.value,
    })),
    editing: editor.now,
    act,
  }
}

/** The last of a member's messages that may be given another text. */
function lastOf(messages: readonly Message[], me: string | null): Said | undefined {
  return messages.findLast(
    (message): message is Said => message.kind === 'said' && message.by === me && mayEdit(message),
  )
}

/** Whether its author may give a message another text. */
export function mayEdit(said: Said): boolean {
  return !said.withdrawn && said.retractedBy === undefined
}
