// The one status of the client's connection to its room.
import type { ErrorBody } from '@roomcast/shared/protocol'
import type { Link } from './transport.ts'

export type Status =
  /** The first connection is being made. */
  | { readonly kind: 'connecting' }
  /** Connected; the missing updates are on their way. */
  | { readonly kind: 'catching-up' }
  | { readonly kind: 'live' }
  /** Connected, but the server cannot save anything now: the room stands still and continues by itself. */
  | { readonly kind: 'paused'; readonly error: ErrorBody }
  /** The connection is lost; `retryAt` is the time of the next retry (ms since 1970), or null if one is in progress. */
  | { readonly kind: 'offline'; readonly since: number; readonly retryAt: number | null }
  /** Final: the server refuses this client and gives the reason. */
  | { readonly kind: 'refused'; readonly error: ErrorBody }

/** The status of a room after catching up. @param trouble why its server cannot save anything now, or null */
export function statusWith(trouble: ErrorBody | null): Status {
  return trouble === null ? { kind: 'live' } : { kind: 'paused', error: trouble }
}

/** The status after a change of the connection. */
export function statusAfterLink(status: Status, link: Link, now: number): Status {
  if (status.kind === 'refused') return status
  switch (link.kind) {
    case 'up':
      return { kind: 'catching-up' }
    case 'refused':
      return { kind: 'refused', error: link.error }
    case 'down': {
      if (status.kind === 'connecting' && link.retryAt === null) return status
      const since = status.kind === 'offline' ? status.since : now
      return { kind: 'offline', since, retryAt: link.retryAt }
    }
  }
}
