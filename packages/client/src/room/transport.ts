// The client's port to the server: a connection that comes and goes, commands up, updates down.
import type { Command, CommandResult, ErrorBody } from '@roomcast/shared/protocol'

/**
 * `refused` is final: the server rejects this client (no session, older version, other origin).
 * `why` of `down`: the server's reason for refusing this client for now.
 */
export type Link =
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly retryAt: number | null; readonly why?: ErrorBody }
  | { readonly kind: 'refused'; readonly error: ErrorBody }

export interface TransportHandlers {
  onLink(link: Link): void
  /** Receives an update from the wire, unparsed. */
  onUpdate(update: unknown): void
}

export interface Transport {
  /** Starts connecting, and retries until `close`. Calls back only after it has returned. */
  open(handlers: TransportHandlers): void
  /** Sends one command; null if the connection was lost before the result: it may or may not have been executed. */
  send(command: Command): Promise<CommandResult | null>
  /** Gives up the current connection, which delivers nothing, or the wait for the next retry, and connects anew. */
  relink(): void
  close(): void
}
