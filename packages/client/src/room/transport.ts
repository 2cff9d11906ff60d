// The client's port to the server: a link that comes and goes, commands up, updates down.
import type { Command, CommandResult, ErrorBody } from '@roomcast/shared/protocol'

/**
 * `refused` is final: the server does not want this client (no session, older version, other origin).
 * `why` of `down`: what the server said when it did not let this client in for now.
 */
export type Link =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly retryAt: number | null; readonly why?: ErrorBody }
  | { readonly kind: 'refused'; readonly error: ErrorBody }

export interface TransportHandlers {
  onLink(link: Link): void
  /** What came over the wire, not parsed yet. */
  onUpdate(update: unknown): void
}

export interface Transport {
  /** Starts linking, and goes on trying until `close`. Calls back only after it has returned. */
  open(handlers: TransportHandlers): void
  /** Sends one command; null when the link went down before the answer: it may or may not have been done. */
  send(command: Command): Promise<CommandResult | null>
  /** Gives up the present link and makes a new one: it is up, but nothing comes through. */
  relink(): void
  close(): void
}
