// The responses to browsers: headers, cookies and the built client.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestApp, read, type TestApp } from '@roomcast/test/doubles/app.ts'

let directory: string
let app: TestApp

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'roomcast-pages-'))
  app = await openTestApp({ clientDirectory: directory, trustProxy: 1 })
})
afterEach(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})

async function buildClient(): Promise<void> {
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), '<!doctype html>the page')
  await writeFile(join(directory, 'icon.svg'), '<svg/>')
  await writeFile(join(directory, 'assets', 'index-abc.js'), 'export {}')
}

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

async function get(path: string, headers: Record<string, string> = {}) {
  return await read(await fetch(app.url + path, { headers }))
}

describe('the security headers', () => {
  it('let the page load and reach nothing but this server', async () => {
    const { headers } = await get('/livez')
    const host = app.url.slice('http://'.length)
    expect(headers.get('content-security-policy')?.split(';')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "style-src-attr 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "manifest-src 'self'",
      `connect-src 'self' ws://${host} wss://${host}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types vue',
    ])
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-powered-by')).toBeNull()
  })

  it('are on pages, errors and API alike', async () => {
    await buildClient()
    for (const path of [
      '/',
      '/assets/index-abc.js',
      '/nothing',
      '/api/session',
      '/api/rooms/%ZZ',
    ]) {
      expect((await get(path)).headers.get('content-security-policy')).toContain(
        "default-src 'none'",
      )
    }
  })

  it('include the public address', async () => {
    const other = await openTestApp({ publicUrl: 'https://rooms.example.org' })
    const { headers } = await other.call('GET', '/livez')
    expect(headers.get('content-security-policy')).toContain(
      'ws://rooms.example.org wss://rooms.example.org;',
    )
    await other.close()
  })

  it('tell browsers to stay on https only if the request came over https', async () => {
    expect((await get('/livez')).headers.get('strict-transport-security')).toBeNull()
    const { headers } = await get('/livez', { 'x-forwarded-proto': 'https' })
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  it('keep API responses out of caches', async () => {
    expect((await get('/api/models')).headers.get('cache-control')).toBe('no-store')
  })
})

describe('the cookie', () => {
  async function cookieFor(headers: Record<string, string>): Promise<string> {
    const response = await fetch(`${app.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"name":"Ada"}',
    })
    return response.headers.get('set-cookie') ?? ''
  }

  it('is out of reach of scripts, and bound to this site', async () => {
    expect(await cookieFor({})).toMatch(
      /^roomcast=[\w.-]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/,
    )
  })

  it('is secure if the request came over https', async () => {
    expect(await cookieFor({ 'x-forwarded-proto': 'https' })).toContain('; Secure')
  })

  it('is secure, with HSTS, if the public address is https, whatever a proxy says', async () => {
    const other = await openTestApp({ publicUrl: 'https://rooms.example.org' })
    const { headers } = await other.call('POST', '/api/session', undefined, { name: 'Ada' })
    expect(headers.get('set-cookie')).toContain('; Secure')
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    await other.close()
  })

  it('holds the session, and is renewed when the page opens', async () => {
    const cookie = (await cookieFor({})).split(';')[0] ?? ''
    app.clock.tick(60 * 24 * 60 * 60 * 1000)
    const { json, headers } = await get('/api/session', { cookie })
    expect(json?.['member']).toMatchObject({ name: 'Ada' })
    const renewed = (headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    app.clock.tick(60 * 24 * 60 * 60 * 1000)
    expect((await get('/api/session', { cookie })).json).toEqual({ member: null })
    expect((await get('/api/session', { cookie: renewed })).json?.['member']).toMatchObject({
      name: 'Ada',
    })
  })
})

describe('links', () => {
  it('begin with the public address, if there is one', async () => {
    const other = await openTestApp({ publicUrl: 'https://rooms.example.org' })
    const { token } = await other.sessions.start('Ada')
    const { json } = await other.call('POST', '/api/session/link', token)
    expect(json?.['url']).toMatch(/^https:\/\/rooms\.example\.org\/back\//)
    await other.close()
  })
})

describe('the page', () => {
  it.each(['/', '/rooms/abc', '/invite/a.b.c', '/back/a.b.c', '/index.html'])(
    'is served at %s',
    async (path) => {
      await buildClient()
      const { status, text, headers } = await get(path, HTML)
      expect([status, text]).toEqual([200, '<!doctype html>the page'])
      expect(headers.get('cache-control')).toBe('no-cache')
      expect(headers.get('content-type')).toContain('text/html')
    },
  )

  it('has files that may be cached for good, and files that may not', async () => {
    await buildClient()
    const script = await get('/assets/index-abc.js')
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(script.headers.get('content-type')).toContain('javascript')
    expect((await get('/icon.svg')).headers.get('cache-control')).toBe('no-cache')
  })

  it('is not served in place of a missing file', async () => {
    await buildClient()
    expect((await get('/assets/index-old.js', HTML)).status).toBe(404)
    expect((await get('/favicon.ico', { accept: 'image/*' })).status).toBe(404)
  })

  it('does not expose files next to it', async () => {
    await buildClient()
    await writeFile(join(directory, '.env'), 'secret')
    for (const path of ['/.env', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '/%00']) {
      const { status, text } = await get(path)
      expect([path, status >= 400, text.includes('secret'), text.includes('root:')]).toEqual([
        path,
        true,
        false,
        false,
      ])
    }
  })

  it('says what to run while it has not been built', async () => {
    const { status, text, headers } = await get('/rooms/abc', HTML)
    expect([status, headers.get('content-type')]).toEqual([503, 'text/plain; charset=utf-8'])
    expect(text).toContain('pnpm build')
  })

  it('keeps invites out of the log', async () => {
    await buildClient()
    await get('/invite/very-secret', HTML)
    await app.call('GET', '/back/very-secret?x=secret')
    expect(app.lines.join('')).toContain('/invite/…')
    expect(app.lines.join('')).not.toContain('secret')
  })
})
