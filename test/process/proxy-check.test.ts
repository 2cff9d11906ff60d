// The check of the path to the nodes, as an operator runs it, through real nginx with faults in its configuration.
import { execFile } from 'node:child_process'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type NginxOptions, startNginx } from '../support/nginx.ts'
import { House } from './house.ts'

const COMMAND = fileURLToPath(
  new URL('../../packages/server/src/proxy-check/main.ts', import.meta.url),
)

let house: House
beforeAll(async () => {
  house = await House.open({ TRUST_PROXY: '1' })
})
afterAll(() => house.close())

/** Runs the command; returns its exit code and its output. */
function check(...given: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '' }
    execFile(process.execPath, [COMMAND, ...given], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr })
    })
  })
}

/** The proxy, with these replacements in the shipped configuration. */
async function spoiled(changes: Readonly<Record<string, string>>, nodes?: NginxOptions['nodes']) {
  const { port } = house.server
  const edit = (shipped: string) =>
    Object.entries(changes).reduce((text, [from, to]) => {
      expect(text).toContain(from)
      return text.replaceAll(from, to)
    }, shipped)
  const nginx = await startNginx({ nodes: nodes ?? [port, port], edit })
  onTestFinished(() => nginx.stop())
  return nginx
}

/** Another program that answers at an address of its own. */
async function somethingElse(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const FINE = /^http:\/\/127\.0\.0\.1:\d+ leads to Roomcast: .*\n$/
const BUFFERED =
  /^Something on the way buffers responses: .*\(4 pieces, written within \d+ ms, came within \d+ ms\)\n {2}With nginx/
const NOT_UPGRADED =
  /^Connections to \/socket\.io\/ are not upgraded to WebSocket.*\(status 400 instead of 101\)\n {2}With nginx/
/** Makes nginx behave as other proxies do by default. */
const deaf = 'proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;'
/**
 * Collects the response until its end. Chunked responses (HTTP/1.1) pass through nginx even when it buffers, so this
 * asks for HTTP/1.0.
 */
const buffers = `proxy_http_version 1.0; ${deaf}`

describe('pnpm check-proxy', () => {
  it('finds nothing wrong with the shipped configuration, and with a node alone', async () => {
    const nginx = await spoiled({})
    for (const url of [nginx.url, `${nginx.url}/`, house.server.url])
      expect(await check(url)).toEqual({ code: 0, said: expect.stringMatching(FINE) as string })
  })

  it('finds nothing wrong if nginx buffers but obeys the nodes’ headers', async () => {
    const nginx = await spoiled({ 'proxy_buffering off;': 'proxy_http_version 1.0;' })
    expect(await check(nginx.url)).toMatchObject({ code: 0 })
  })

  it('reports buffering', async () => {
    const nginx = await spoiled({ 'proxy_buffering off;': buffers })
    expect(await check(nginx.url)).toEqual({
      code: 1,
      said: expect.stringMatching(BUFFERED) as string,
    })
  })

  it('reports compression that buffers', async () => {
    const compress = `${deaf} gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream;`
    const nginx = await spoiled({ 'proxy_buffering off;': compress, 'gzip off;': '' })
    expect(await check(nginx.url)).toEqual({
      code: 1,
      said: expect.stringMatching(BUFFERED) as string,
    })
  })

  it('reports a cache that answers', async () => {
    const keep = `${deaf} proxy_ignore_headers Cache-Control; proxy_cache kept; proxy_cache_key $uri; proxy_cache_valid 1m;`
    const nginx = await spoiled({
      'upstream roomcast {': `proxy_cache_path kept keys_zone=kept:1m;\nupstream roomcast {`,
      'proxy_cache off;': '',
      'proxy_buffering off;': keep,
    })
    await check(nginx.url)
    const { code, said } = await check(nginx.url)
    expect([code, said]).toEqual([1, expect.stringMatching(/^Something on the way answers with/)])
  })

  it('reports that connections are not upgraded', async () => {
    for (const header of ['Upgrade $roomcast_upgrade', 'Connection $roomcast_connection']) {
      const nginx = await spoiled({ [`proxy_set_header ${header};`]: '' })
      expect(await check(nginx.url)).toEqual({
        code: 1,
        said: expect.stringMatching(NOT_UPGRADED) as string,
      })
    }
  })

  it('reports both faults of a proxy with default settings', async () => {
    const nginx = await spoiled({
      'proxy_buffering off;': buffers,
      'proxy_set_header Upgrade $roomcast_upgrade;': '',
    })
    const { code, said } = await check(nginx.url)
    expect(code).toBe(1)
    expect(said).toMatch(/^Something on the way buffers.*\n.*\nConnections to \/socket\.io\//)
  })

  it('reports that the server receives a host name it does not know', async () => {
    const nginx = await spoiled({ 'proxy_set_header Host $http_host;': '' })
    const { code, said } = await check(nginx.url)
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^The server takes pages.*421/) as string,
    ])
  })

  it('reports that the server does not recognize its own pages', async () => {
    const nginx = await spoiled({ 'Host $http_host': 'Host $host' })
    const { code, said } = await check(nginx.url)
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^The server takes pages .* PUBLIC_URL/s),
    ])
  })

  it('reports that nothing answers, or something else does', async () => {
    const nobody = await startNginx({ nodes: [1, 1] })
    await nobody.stop()
    const elsewhere = await somethingElse((request, response) => {
      if (request.url?.startsWith('/api')) response.setHeader('content-type', 'text/event-stream')
      response.end('data: hello\n\n')
    })
    const onward = await somethingElse((_request, response) => {
      response.writeHead(301, { location: 'https://rooms.example.org/' }).end()
    })
    const withoutNodes = await spoiled({}, [1, 1])
    const expected = {
      [nobody.url]:
        /^Nothing answers at this address\. \(127.+: ECONNREFUSED\)\n {2}Start the proxy/,
      [elsewhere]: /^What answers at this address is not Roomcast/,
      [onward]: /^This address sends people on to another one\. \(.+https:\/\/rooms/,
      [withoutNodes.url]: /^The proxy answers, but reaches no node\. \(status 503\)/,
    }
    for (const [url, said] of Object.entries(expected))
      expect(await check(url)).toEqual({ code: 1, said: expect.stringMatching(said) as string })
  })

  it('asks for an address if none is given', async () => {
    for (const given of [[], ['rooms.example.org'], ['ftp://rooms.example.org']])
      expect(await check(...given)).toMatchObject({ code: 2 })
  })
})

describe('a node that knows its public address', () => {
  const logged = () =>
    house.server
      .stdout()
      .split('\n')
      .filter((line) => line.includes('PUBLIC_URL'))
      .map((line) => JSON.parse(line) as object)

  async function restart(environment: Record<string, string>): Promise<void> {
    await house.server.stop()
    await house.start(environment)
  }

  it('checks once that the address leads to it, and logs success', async () => {
    const nginx = await spoiled({})
    await restart({ PUBLIC_URL: nginx.url, OPEN: 'yes' })
    await expect
      .poll(logged)
      .toEqual([
        expect.objectContaining({ level: 30, host: nginx.host, msg: expect.any(String) as string }),
      ])
  })

  it('logs a warning about a fault', async () => {
    const nginx = await spoiled({ 'proxy_buffering off;': buffers })
    await restart({ PUBLIC_URL: nginx.url, OPEN: 'yes' })
    await expect
      .poll(logged)
      .toEqual([expect.objectContaining({ level: 40, host: nginx.host, code: 'buffered' })])
  })

  it('starts, works, and shuts down at once even if the address leads nowhere', async () => {
    await restart({ PUBLIC_URL: 'http://127.0.0.1:1', OPEN: 'yes' })
    expect((await fetch(`${house.server.url}/readyz`)).status).toBe(200)
    expect(await house.server.stop()).toBe(0)
    await house.start()
  })
})
