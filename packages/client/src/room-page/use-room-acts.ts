// Performs the actions that a room's components emit: from the composer, the message editor and any message.
import { computed, type ComputedRef, nextTick, type ShallowRef } from 'vue'
import type { Message, Models, RoomState, Said } from '@roomcast/shared/protocol'
import type { Aim } from '../aim/use-aim.ts'
import type { ComposerAct } from '../composer/composer-act.ts'
import { type Composer, useComposer } from '../composer/use-composer.ts'
import type { Mentionable } from '../mentions/mention.ts'
import { type MessageAct, mayEdit } from '../message/message-act.ts'
import { quoteOf } from '../message/quote.ts'
import type { Reader } from '../message/reader.ts'
import { type Editing, useEditing } from '../message/use-editing.ts'
import type { Room } from '../opened-room/use-room.ts'

type RoomAct = ComposerAct | MessageAct

interface RoomActs {
  readonly composer: Composer
  readonly reader: ComputedRef<Reader>
  /** The edit in progress of one of the member's own messages. */
  readonly editing: Readonly<ShallowRef<Editing | null>>
  /** The members who can be mentioned: all but this one. */
  readonly people: ComputedRef<readonly Mentionable[]>
  readonly act: (act: RoomAct) => void
}

interface RoomActsOptions {
  readonly room: Room
  readonly roomId: () => string
  readonly models: () => Models | null
  /** Called after a message was sent. */
  readonly sent: () => void
  /** Called after something was put into the composer. */
  readonly composing: () => void
  /** Called before a pressed button disappears with its message. */
  readonly pressed: () => void
  /** Shows the message or reply with this id. */
  readonly jump: (id: string) => void
  /** The aim at the messages of the conversation and the queue. */
  readonly aim: Aim
}

/** These act for everyone, so they apply only if the pointer's target has not just moved. */
const AIMED: ReadonlySet<RoomAct['type']> = new Set(['retry', 'continue', 'withdraw', 'resume'])
/** The buttons for these are part of the message that they change. */
const TAKES_ITS_BUTTON: ReadonlySet<RoomAct['type']> = new Set(['retract', 'retry', 'continue'])
const NOBODY: readonly Mentionable[] = []

export function useRoomActs(options: RoomActsOptions): RoomActs {
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
    // If the editor had the focus, the focus was lost with it.
    if (editor.now.value === null && document.activeElement === document.body) options.composing()
  }

  const act = (wanted: RoomAct): void => {
    if (AIMED.has(wanted.type) && !options.aim.hits()) return
    if (TAKES_ITS_BUTTON.has(wanted.type)) options.pressed()
    switch (wanted.type) {
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
      case 'begin-edit':
        return editor.begin(wanted.message)
      case 'edit-last': {
        const last = lastOf(state()?.messages ?? [], room.me.value)
        return last && editor.begin(last)
      }
      case 'edit-text':
        return editor.write(wanted.text)
      case 'save-edit':
        return void save(wanted.message)
      case 'cancel-edit':
        editor.cancel()
        return options.composing()
      case 'take-back':
        return composer.takeBack(wanted.commandId)
      case 'jump':
        return options.jump(wanted.id)
      case 'retract':
      case 'retry':
      case 'continue':
      case 'withdraw':
      case 'resume':
        return void composer.act(wanted)
    }
  }

  return {
    composer,
    people,
    reader: computed(() => ({
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

/** The last of a member's messages that may be edited. */
function lastOf(messages: readonly Message[], me: string | null): Said | undefined {
  return messages.findLast(
    (message): message is Said => message.kind === 'said' && message.by === me && mayEdit(message),
  )
}
