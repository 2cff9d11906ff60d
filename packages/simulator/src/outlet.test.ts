import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { Outlet } from './outlet.ts'
import type { Timing } from './pace.ts'
import { RequestLog } from './record.ts'

/** A response whose socket accepts nothing more until it drains. */
class FullResponse extends EventEmitter {
  readonly written: string[] = []
  readonly socket = { destroyed: false }
  readonly writableFinished = false
  write(bytes: Buffer): boolean {
    this.written.push(bytes.toString())
    return false
  }
  writeHead(): void {}
  flushHeaders(): void {}
}

const timing: Timing = {
  now: () => 1000,
  sleep: () => Promise.resolve(),
  turn: () => Promise.resolve(),
}

function open() {
  const log = new RequestLog(10)
  const record = log.open({
    id: 'req_1',
    number: 1,
    method: 'POST',
    path: '/v1/messages',
    startedAt: 0,
    headers: { authorization: 'Bearer secret', 'x-api-key': 'secret', accept: '*/*' },
  })
  const response = new FullResponse()
  const outlet = new Outlet(response as unknown as ServerResponse, record, log, timing)
  outlet.open(200, {})
  return { log, record, response, outlet }
}

async function settledAfterTurns(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => (settled = true))
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  return settled
}

test('a full socket makes the writer wait until it drains', async () => {
  const { response, outlet } = open()
  const writing = outlet.write('first')
  expect(await settledAfterTurns(writing)).toBe(false)
  response.emit('drain')
  await writing
  expect(response.written).toEqual(['first'])
})

test('a writer that waits for a full socket resumes when the client leaves, and writes nothing more', async () => {
  const { response, outlet, record, log } = open()
  const writing = outlet.write('first')
  response.socket.destroyed = true
  response.emit('close')
  await writing
  await outlet.write('second')
  await outlet.finish('completed', 'third')
  expect(response.written).toEqual(['first'])
  expect(record).toMatchObject({
    end: 'closed-by-client',
    closedByClientAt: 1000,
    bytes: 5,
    bytesAfterClose: 0,
  })
  expect(log.stats).toMatchObject({ open: 0, closedByClient: 1 })
})

test('a destroyed socket gets nothing more, even before it has emitted `close`', async () => {
  const { response, outlet, record } = open()
  response.socket.destroyed = true
  await outlet.write('late')
  expect(response.written).toEqual([])
  expect(record).toMatchObject({ writes: 0, bytes: 0, bytesAfterClose: 0 })
})

test('a byte written after a noticed close is counted', async () => {
  const { response, outlet, record, log } = open()
  log.end(record, 'closed-by-client', 1000)
  const writing = outlet.write('late')
  response.emit('drain')
  await writing
  expect(record.bytesAfterClose).toBe(4)
})

test('keys are never kept', () => {
  expect(open().record.headers).toEqual({
    authorization: 'Bearer …',
    'x-api-key': '…',
    accept: '*/*',
  })
})
