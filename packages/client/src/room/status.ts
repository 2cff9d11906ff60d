// The status of the client's link to its room: the only one there is.
import type { ErrorBody } from '@roomcast/shared/protocol'
import type { Link } from './transport.ts'

export type Status =
  /** The first link is being made. */
  | { readonly kind: 'connecting' }
  /** Linked; what is missing is on its way. */
  | { readonly kind: 'catching-up' }
  | { readonly kind: 'live' }
  /** Linked, and the server cannot save anything now: what is shown stands still, and goes on by itself. */
  | { readonly kind: 'paused'; readonly error: ErrorBody }
  /** The link is gone; `retryAt` is when the next try begins (ms since 1970), if it waits. */
  | { readonly kind: 'offline'; readonly since: number; readonly retryAt: number | null }
  /** Final: the server does not let this client in, and says why. */
  | { readonly kind: 'refused'; readonly error: ErrorBody }

/** Of a room that has been caught up with. @param trouble why its server cannot save anything now, if so */
export function statusWith(trouble: ErrorBody | null): Status {
  return trouble === null ? { kind: 'live' } : { kind: 'paused', error: trouble }
}

/** What a change of the link does to the status. */
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
