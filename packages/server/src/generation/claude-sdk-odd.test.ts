// Endpoints that the simulator does not imitate: missing ones, ones that are not Claude, and ones with odd replies.
// Nothing from them may read as an answer, be paid for, or reach members except as a plain sentence.
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo, createServer, type Server as TcpServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Chunk, FailureCode, Prompt } from './claude.ts'
import { ClaudeFailure, FAILURES } from './claude.ts'
import { ClaudeSdk } from './claude-sdk.ts'
import { retryDelay } from './retry-delay.ts'

const prompt: Prompt = {
  model: 'claude-opus-5-5',
  maxTokens: 4000,
  thinking: false,
  system: 'Be brief.',
  turns: [{ role: 'user', parts: ['Why?'] }],
}

const servers: (Server | TcpServer)[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function portOf(server: Server | TcpServer): Promise<number> {
  servers.push(server)
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** An endpoint that sends these bytes on every connection, and then runs `then` if there is one. */
async function saying(
  bytes: string | Buffer,
  then: (socket: Socket) => void = (socket) => socket.end(),
): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(bytes, () => then(socket)))
  })
  return `http://127.0.0.1:${await portOf(server)}`
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n'
const event = (data: { readonly type: string; readonly [field: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
const START =
  event({ type: 'message_start', message: { usage: { input_tokens: 7, output_tokens: 1 } } }) +
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })
const text = (said: string) =>
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: said } })
const STOP =
  event({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn' },
    usage: { output_tokens: 3 },
  }) + event({ type: 'message_stop' })

async function ask(baseUrl: string): Promise<{ text: string; failure: ClaudeFailure | null }> {
  const claude = new ClaudeSdk({ apiKey: 'key', baseUrl, firstEventMs: 2000, silenceMs: 2000 })
  const chunks: Chunk[] = []
  let failure: unknown = null
  try {
    for await (const chunk of claude.ask(prompt, new AbortController().signal)) chunks.push(chunk)
  } catch (error) {
    failure = error
  }
  if (failure !== null) expect(failure).toBeInstanceOf(ClaudeFailure)
  const said = chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : ''))
  return { text: said.join(''), failure: failure as ClaudeFailure | null }
}

async function failsAs(baseUrl: string, code: FailureCode): Promise<void> {
  const { failure } = await ask(baseUrl)
  expect(failure).toMatchObject({ code, message: FAILURES[code] })
}

describe('an endpoint that is not there', () => {
  it('is distinguished from a broken connection: refused, unknown or untrusted', async () => {
    const closed = createServer()
    const port = await portOf(closed)
    await new Promise((resolve) => closed.close(resolve))
    await failsAs(`http://127.0.0.1:${port}`, 'unreachable')
    await failsAs('http://claude.invalid', 'unreachable')
    // TLS to a port that speaks none.
    const plain = createHttpServer((_, response) => response.end())
    await failsAs(`https://127.0.0.1:${await portOf(plain)}`, 'unreachable')
    await failsAs(await saying('', (socket) => socket.destroy()), 'connection')
  })
})

describe('an endpoint that is not Claude', () => {
  it.each([
    ['a page', 'text/html', '<html><body>Log in to the network first</body></html>'],
    ['an answer in one piece', 'application/json', '{"type":"message","content":[]}'],
  ])('fails as unreadable: %s', async (_, type, body) => {
    const server = createHttpServer((_, response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    )
    await failsAs(`http://127.0.0.1:${await portOf(server)}`, 'protocol')
  })

  it('fails as unreadable if it does not speak HTTP', async () => {
    await failsAs(await saying('220 mail.example.org ESMTP ready\r\n'), 'protocol')
  })

  it('is not followed to another address, so messages stay here', async () => {
    const heard: IncomingHttpHeaders[] = []
    const elsewhere = createHttpServer((request, response) => {
      heard.push(request.headers)
      response.end()
    })
    const port = await portOf(elsewhere)
    for (const status of [301, 302, 303, 307, 308]) {
      const server = createHttpServer((_, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${port}/` }).end(),
      )
      await failsAs(`http://127.0.0.1:${await portOf(server)}`, 'protocol')
    }
    expect(heard).toEqual([])
  })
})

describe('a stream', () => {
  it('[R1.7] that is cut within a character keeps the whole characters before it', async () => {
    const whole = Buffer.from(HEAD + START + text('Grüße ') + text('€'))
    const cut = whole.subarray(0, whole.lastIndexOf(Buffer.from('€')) + 2)
    for (const then of [
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.resetAndDestroy(),
    ]) {
      const answer = await ask(await saying(cut, then))
      expect('Grüße ').toContain(answer.text)
      expect(answer.failure?.code).toMatch(/^(truncated|connection)$/)
    }
  })

  it('with a line of a mebibyte is read', async () => {
    const long = 'Grüße '.repeat(150_000)
    expect(await ask(await saying(HEAD + START + text(long) + STOP))).toEqual({
      text: long,
      failure: null,
    })
  })

  it('[R3.2] that continues after its end is neither read nor kept open', async () => {
    let closed = false
    const goesOn = (socket: Socket) => {
      const timer = setInterval(() => socket.write(text('And another thing. '.repeat(1000))), 5)
      socket.once('close', () => {
        closed = true
        clearInterval(timer)
      })
    }
    expect(
      await ask(await saying(HEAD + START + text('Yes.') + STOP + text('No.'), goesOn)),
    ).toEqual({
      text: 'Yes.',
      failure: null,
    })
    await expect.poll(() => closed).toBe(true)
  })

  it('is read even without any HTTP headers', async () => {
    const bare = HEAD.replace('content-type: text/event-stream\r\n', '')
    expect(await ask(await saying(bare + START + text('Yes.') + STOP))).toMatchObject({
      text: 'Yes.',
    })
  })
})

describe('a request that Claude refuses', () => {
  const refused = async (status: number, message: string, type = 'invalid_request_error') => {
    const body = JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' })
    const server = createHttpServer((_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    )
    return (await ask(`http://127.0.0.1:${await portOf(server)}`)).failure
  }

  it.each([
    ['prompt is too long: 205000 tokens > 200000 maximum', 205_000, 200_000],
    ['Prompt is too long', null, null],
    [
      'input length and `max_tokens` exceed context limit: 190000 + 16000 > 200000, decrease input length or `max_tokens` and try again',
      190_000,
      184_000,
    ],
  ])('for its length, says how long it is and may be: %s', async (message, tokens, maximum) => {
    expect(await refused(400, message)).toMatchObject({
      code: 'too-large',
      retryable: false,
      reason: message,
      tooLong: { tokens, maximum },
    })
  })

  it('for its size in bytes may be asked again with a shorter prompt', async () => {
    expect(
      await refused(413, 'Request exceeds the maximum size', 'request_too_large'),
    ).toMatchObject({
      code: 'too-large',
      tooLong: { tokens: null, maximum: null },
    })
  })

  it.each([
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    'You have reached your specified API usage limits. You will regain access on 2027-01-01 at 00:00 UTC.',
  ])('for want of credit is told so: %s', async (message) => {
    expect(await refused(400, message)).toMatchObject({
      code: 'billing',
      message: FAILURES.billing,
      retryable: false,
      reason: message,
      tooLong: null,
    })
  })

  it('passes the reason only to the operator', async () => {
    const failure = await refused(400, 'temperature: not supported')
    expect(failure).toMatchObject({ code: 'invalid-request', reason: 'temperature: not supported' })
    expect(failure?.message).toBe(FAILURES['invalid-request'])
  })
})

describe('a base URL', () => {
  it.each(['', '/', '/v1', '/v1/', '/v1/messages', '//v1//'])('may end with "%s"', async (end) => {
    const asked: (string | undefined)[] = []
    const server = createHttpServer((request, response) => {
      asked.push(request.url)
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(START + text('Yes.') + STOP)
    })
    const base = `http://127.0.0.1:${await portOf(server)}/prefix`
    expect(await ask(base + end)).toEqual({ text: 'Yes.', failure: null })
    expect(asked).toEqual(['/prefix/v1/messages'])
  })
})

describe('a stream without end', () => {
  const again = (bytes: string) => (socket: Socket) => {
    const write = () => {
      while (!socket.destroyed && socket.write(bytes));
    }
    socket.on('drain', write)
    write()
  }

  it.each([
    ['bytes without a line end', 'x'.repeat(65_536)],
    ['lines of one event', 'data: x\n'.repeat(8000)],
    ['lines of comment', ': x\r\n'.repeat(8000)],
    ['pings', 'event: ping\ndata: {"type":"ping"}\n\n'.repeat(1000)],
    ['events that nobody knows', event({ type: 'tick' }).repeat(1000)],
    ['beginnings of an answer', START.repeat(200)],
    [
      'empty blocks',
      ['text', 'thinking']
        .map((type) => event({ type: 'content_block_start', content_block: { type } }))
        .join('')
        .repeat(300),
    ],
    ['empty deltas', text('').repeat(500)],
  ])('is not read for long: %s', async (_, bytes) => {
    const { failure } = await ask(await saying(HEAD + START, again(bytes)))
    expect(failure).toMatchObject({ code: 'protocol' })
  })
})

describe('a `retry-after` header', () => {
  it.each([
    ['0', 500],
    ['-5', 500],
    ['3', 3000],
    ['3600', null],
    ['1e99', null],
    ['Infinity', 500],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 500],
    ['soon', 500],
    ['', 500],
  ])('of "%s" is obeyed within reason: %s ms', async (wish, ms) => {
    for (const status of [429, 529]) {
      const server = createHttpServer((_, response) =>
        response.writeHead(status, { 'retry-after': wish }).end('{}'),
      )
      const { failure } = await ask(`http://127.0.0.1:${await portOf(server)}`)
      expect(failure?.code).toBe(status === 429 ? 'rate-limited' : 'overloaded')
      expect(failure && retryDelay(failure, 1, 0)).toBe(ms)
    }
  })
})
