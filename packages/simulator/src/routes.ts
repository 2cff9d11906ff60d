/**
 * Maps a method and a URL to a call. A base path before `/v1/` is tolerated; `/s/<choice>/` in front of
 * it chooses the scenario. `/simulator/…` are calls about the simulator itself.
 */
import { notFound, type ApiError } from './errors.ts'

export type Route =
  /** `scenario` is not parsed yet; empty if the path names none. */
  | { readonly kind: 'messages'; readonly scenario: string }
  | { readonly kind: 'count-tokens' }
  | { readonly kind: 'models'; readonly query: URLSearchParams }
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'control'; readonly call: 'requests' | 'stats' | 'reset' | 'scenarios' }
  | { readonly kind: 'refused'; readonly error: ApiError }

const CONTROL = {
  'GET /simulator/requests': 'requests',
  'GET /simulator/stats': 'stats',
  'POST /simulator/reset': 'reset',
  'GET /simulator/scenarios': 'scenarios',
} as const

export function matchRoute(method: string, target: string): Route {
  const url = URL.parse(target, 'http://simulator')
  if (url === null) return { kind: 'refused', error: notFound('Not found') }
  const control = `${method} ${url.pathname}`
  if (isControl(control)) return { kind: 'control', call: CONTROL[control] }
  const scenario = decode(/^\/s\/([^/]+)\//.exec(url.pathname)?.[1] ?? '')
  const call = /\/v1\/(messages|messages\/count_tokens|models|models\/[^/]+)$/.exec(
    url.pathname,
  )?.[1]
  if (call === undefined) return { kind: 'refused', error: notFound('Not found') }
  const expected = call.startsWith('messages') ? 'POST' : 'GET'
  if (method !== expected) {
    const message = `Method ${method} is not allowed`
    return { kind: 'refused', error: { status: 405, type: 'invalid_request_error', message } }
  }
  if (call === 'messages') return { kind: 'messages', scenario }
  if (call === 'messages/count_tokens') return { kind: 'count-tokens' }
  if (call === 'models') return { kind: 'models', query: url.searchParams }
  return { kind: 'model', id: decode(call.slice('models/'.length)) }
}

function isControl(call: string): call is keyof typeof CONTROL {
  return Object.hasOwn(CONTROL, call)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
