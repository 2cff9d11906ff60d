/**
 * Reads a request's JSON body, up to the 32 MB that the real service accepts.
 * A larger body is read to its end and discarded, so that the client gets to see the refusal.
 */
import type { IncomingMessage } from 'node:http'
import { invalid, type ApiError } from './errors.ts'

export type Body =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ApiError }

export const LARGEST_BODY_BYTES = 32 * 1024 * 1024

/** A request without a body has the value `null`. Never rejects. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= LARGEST_BODY_BYTES) chunks.push(chunk)
      else chunks.length = 0
    }
  } catch {
    return { ok: false, error: invalid('The request body ended too early.') }
  }
  if (size > LARGEST_BODY_BYTES) {
    const message = 'Request exceeds the maximum size'
    return { ok: false, error: { status: 413, type: 'request_too_large', message } }
  }
  if (size === 0) return { ok: true, value: null }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString()) as unknown }
  } catch {
    return { ok: false, error: invalid('The request body is not valid JSON') }
  }
}
