// The one bridge between RoomClient and Vue: its view as a shallow ref, painted at most once per frame.
import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue'
import type { CommandResult } from '@roomcast/shared/protocol'
import { browserChance, browserClock } from '../clock.ts'
import { type Intent, RoomClient, type RoomView } from '../room/room-client.ts'
import { SocketTransport } from '../room/transport-socket.ts'
import { oncePerFrame } from './once-per-frame.ts'

export interface Room {
  readonly view: Readonly<ShallowRef<RoomView>>
  readonly send: (intent: Intent) => Promise<CommandResult>
  /** Tells the others that this member is writing. */
  readonly typing: () => void
  /** Gives up the link and begins anew, for example under another session. */
  readonly reopen: () => void
}

/** Opens the room, and another one when the id changes; leaves with the component. */
export function useRoom(roomId: () => string): Room {
  let client = newClient(roomId())
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
    client = newClient(roomId())
    view.value = client.view
    open()
  }

  open()
  watch(roomId, reopen)
  onScopeDispose(() => {
    client.close()
    painter.cancel()
  })
  return {
    view,
    send: (intent) => client.send(intent),
    typing: () => client.typing(),
    reopen,
  }
}

function newClient(roomId: string): RoomClient {
  const transport = new SocketTransport({ clock: browserClock, chance: browserChance })
  return new RoomClient({ roomId, transport, clock: browserClock, newId })
}

/** `crypto.randomUUID` does not exist on plain http, this does. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
