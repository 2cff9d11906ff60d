// A client that only posts, in a process of its own: it measures how long each post takes while others attack. `node
// test/hostile/witness.ts PORT TOKEN ROOM`; a line of JSON for each post, until the input ends.
import { RawWire } from './raw-wire.ts'
import { pause } from '../support/pause.ts'

const EVERY_MS = 60
const [port = '', token = '', roomId = ''] = process.argv.slice(2)

const wire = await RawWire.admitted(Number(port), token)
let count = 0
let ends = false
process.stdin.on('end', () => (ends = true)).resume()
while (!ends) {
  count++
  const began = performance.now()
  const post = {
    type: 'post',
    commandId: `witness-${count}`,
    roomId,
    text: `Witness ${count}`,
    ask: false,
  }
  const answer = (await wire.command(post, count)) as { ok?: boolean } | null
  const ms = performance.now() - began
  process.stdout.write(`${JSON.stringify({ at: Date.now(), ms, ok: answer?.ok === true })}\n`)
  await pause(EVERY_MS)
}
wire.close()
