// The one bridge between RoomClient and Vue: its view as a shallow ref, painted at most once per frame.
import { onScopeDispose, type Ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { CommandResult } from '@roomcast/shared/protocol'
import { browserChance, browserClock } from '../browser/clock.ts'
import {
  type Intent,
  RoomClient,
  type RoomClientOptions,
  type RoomView,
} from '../room/room-client.ts'
import { SocketTransport } from '../room/transport-socket.ts'
import { type Post, UnsentPosts } from '../room/unsent-posts.ts'
import { oncePerFrame } from '../browser/once-per-frame.ts'

type EntriesListener = NonNullable<RoomClientOptions['onEntries']>

export interface Room {
  readonly view: Readonly<ShallowRef<RoomView>>
  readonly send: (intent: Intent) => Promise<CommandResult>
  /** This member's id; null while it is unknown. */
  readonly me: Readonly<Ref<string | null>>
  /** This member's unacknowledged messages, including those from earlier page loads. */
  readonly unsent: () => readonly Post[]
  readonly resend: (post: Post) => Promise<CommandResult>
  /** Withdraws a command that has not left this page; false if it may have left. */
  readonly takeBack: (commandId: string) => boolean
  /** Tells the others that this member is typing. */
  readonly typing: () => void
  /** Tells the others where this reader is. */
  readonly look: RoomClient['look']
  /** Calls `listener` with new entries. It replaces the previous listener. */
  readonly onEntries: (listener: EntriesListener) => void
  /** Closes the connection and opens a new one, for example under another session. */
  readonly reopen: () => void
}

/**
 * Opens the room, and another one when the id changes; leaves it when the component unmounts.
 * @param me the member whose messages are kept until they are acknowledged; null while unknown
 */
export function useRoom(roomId: () => string, me: Readonly<Ref<string | null>>): Room {
  const unsent = new UnsentPosts(() => localStorage)
  const keep = (post: Post) => (me.value === null ? () => undefined : unsent.keep(me.value, post))
  let listener: EntriesListener = () => undefined
  const onEntries: EntriesListener = (entries) => listener(entries)
  let client = newClient(roomId(), keep, onEntries)
  let lastLook: Parameters<RoomClient['look']>[0] | null = null
  const view = shallowRef(client.view)
  const painter = oncePerFrame(() => (view.value = client.view), {
    frame: (callback) => {
      const handle = requestAnimationFrame(callback)
      return () => cancelAnimationFrame(handle)
    },
    after: (ms, callback) => browserClock.after(ms, callback),
  })
  const open = (): void => {
    client.subscribe(painter.request)
    client.open()
  }
  const reopen = (): void => {
    client.close()
    client = newClient(roomId(), keep, onEntries)
    view.value = client.view
    if (lastLook) client.look(lastLook)
    open()
  }

  const wake = () => document.visibilityState === 'visible' && client.wake()

  open()
  watch(roomId, reopen)
  document.addEventListener('visibilitychange', wake)
  window.addEventListener('online', wake)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', wake)
    window.removeEventListener('online', wake)
    client.close()
    painter.cancel()
  })
  return {
    view,
    me,
    send: (intent) => client.send(intent),
    unsent: () => (me.value === null ? [] : unsent.read(roomId(), me.value)),
    resend: (post) => client.resend(post),
    takeBack: (commandId) => client.takeBack(commandId),
    typing: () => client.typing(),
    onEntries: (hears) => void (listener = hears),
    look: (look) => client.look((lastLook = look)),
    reopen,
  }
}

function newClient(
  roomId: string,
  keep: (post: Post) => () => void,
  onEntries: EntriesListener,
): RoomClient {
  const transport = new SocketTransport({ clock: browserClock, chance: browserChance })
  return new RoomClient({ roomId, transport, clock: browserClock, newId, keep, onEntries })
}

/** `crypto.randomUUID` does not exist over plain http; `getRandomValues` does. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
