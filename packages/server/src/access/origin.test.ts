import { describe, expect, it } from 'vitest'
import { mayAct, mayWatch, originAllowed } from './origin.ts'

const allowed = ['https://rooms.example.org']

describe('originAllowed', () => {
  it.each([
    ['http://127.0.0.1:3000', '127.0.0.1:3000', 'allowed'],
    ['https://localhost', 'localhost', 'allowed'],
    ['http://[::1]:3000', '[::1]:3000', 'allowed'],
    ['https://Rooms.test', 'rooms.TEST', 'allowed'],
    ['https://rooms.example.org', 'inner:3000', 'allowed'],
    ['http://rooms.example.org', 'inner:3000', 'refused'],
    ['https://rooms.example.org.evil.test', 'inner:3000', 'refused'],
    ['https://evil.test', 'localhost:3000', 'refused'],
    ['http://localhost:3001', 'localhost:3000', 'refused'],
    ['http://localhost', 'localhost:3000', 'refused'],
    ['http://localhost:3000@evil.test', 'localhost:3000', 'refused'],
    ['http://localhost:3000/', 'localhost:3000', 'refused'],
    ['http://localhost:3000, http://evil.test', 'localhost:3000', 'refused'],
    ['null', 'null', 'refused'],
    ['', '', 'refused'],
    ['file://', '', 'refused'],
    ['chrome-extension://abc', 'abc', 'refused'],
    ['http://localhost', undefined, 'refused'],
    [undefined, 'localhost', 'absent'],
  ])('judges %s, sent to %s, as %s', (origin, host, verdict) => {
    expect(originAllowed(origin, host, allowed)).toBe(verdict)
  })
})

describe('a request without an Origin', () => {
  it('may act with a bearer token, or with nothing', () => {
    expect(mayAct({ host: 'h', authorization: 'Bearer t' }, [])).toBe(true)
    expect(mayAct({ host: 'h', authorization: 'Bearer t', cookie: 'roomcast=t' }, [])).toBe(true)
    expect(mayAct({ host: 'h' }, [])).toBe(true)
  })

  it('may not act with a cookie alone', () => {
    expect(mayAct({ host: 'h', cookie: 'roomcast=t' }, [])).toBe(false)
    expect(mayAct({ host: 'h', cookie: 'roomcast=t', authorization: 'Basic eA==' }, [])).toBe(false)
  })
})

describe('a request from a foreign page', () => {
  it('may not act, whatever its credentials', () => {
    const origin = 'https://evil.test'
    expect(mayAct({ host: 'h', origin }, allowed)).toBe(false)
    expect(mayAct({ host: 'h', origin, authorization: 'Bearer t' }, allowed)).toBe(false)
  })
})

describe('a request to watch', () => {
  it.each([
    [{ origin: 'http://h' }, true],
    [{ origin: 'https://rooms.example.org', 'sec-fetch-site': 'same-site' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{}, true],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ origin: 'https://evil.test' }, false],
    [{ origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }, false],
    [{ origin: 'null' }, false],
  ])('with %j is allowed: %s', (headers, may) => {
    expect(mayWatch({ host: 'h', ...headers }, allowed)).toBe(may)
  })
})
