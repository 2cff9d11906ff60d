// A client without a browser as a process of its own, so that it can be suspended like a laptop. Writes a line of JSON
// for each change: its status, and the text of the newest reply.
import { randomUUID } from 'node:crypto'
import { RoomClient } from '@roomcast/client/room/room-client.ts'
import { SocketTransport } from '@roomcast/client/room/transport-socket.ts'
import { machineClock } from '../support/person.ts'

const [url = '', token = '', roomId = ''] = process.argv.slice(2)
const clock = machineClock
const transport = new SocketTransport({ url, token, clock, chance: Math.random })
const client = new RoomClient({ roomId, transport, clock, newId: randomUUID })
client.subscribe(({ status, state }) => {
  const reply = state?.messages.findLast((message) => message.kind === 'reply')
  const shown = {
    status: status.kind,
    code: status.kind === 'refused' ? status.error.code : null,
    text: reply?.kind === 'reply' ? reply.text : '',
    outcome: reply?.kind === 'reply' ? (reply.ended?.outcome ?? null) : null,
  }
  process.stdout.write(`${JSON.stringify(shown)}\n`)
})
client.open()
