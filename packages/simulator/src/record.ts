/**
 * The record of every request, for tests inside the process and, over HTTP, outside.
 * Keeps the last `keep` requests; guarantees that keys are never kept.
 */
import type { IncomingHttpHeaders } from 'node:http'

/**
 * How a request ended, from the simulator's side.
 * - `completed`: everything planned was sent and the connection ended cleanly (HTTP errors too).
 * - `fault`: the simulator broke it on purpose.
 * - `closed-by-client`: the client left first.
 * - `shutdown`: the simulator was closed or reset.
 */
type RequestEnd = 'open' | 'completed' | 'fault' | 'closed-by-client' | 'shutdown'

/** Times are milliseconds since 1970; `null` if it has not happened. */
export type RequestRecord = {
  /** The `request-id` header of the response. */
  readonly id: string
  readonly number: number
  readonly method: string
  readonly path: string
  /** Names in lower case; only the scheme of a key is kept. */
  readonly headers: Readonly<Record<string, string>>
  body: unknown
  /** `null` for requests other than messages, and for those refused before a scenario was chosen. */
  scenario: string | null
  status: number | null
  readonly startedAt: number
  headersAt: number | null
  firstTextAt: number | null
  endedAt: number | null
  /** When the client was seen closing the connection before the answer was complete. */
  closedByClientAt: number | null
  writes: number
  bytes: number
  /** Bytes written after the client was seen closing the connection; anything but 0 is a bug. */
  bytesAfterClose: number
  textDeltas: number
  /** The text sent so far, as the client should have received it. */
  text: string
  /** Whether `message_stop` was written. */
  stopped: boolean
  end: RequestEnd
}

export type Stats = {
  readonly requests: number
  /** Message requests that are being answered now. */
  readonly open: number
  /** The largest number of message requests open at once. */
  readonly mostOpen: number
  readonly closedByClient: number
  readonly completed: number
  readonly faults: number
  readonly bytesAfterClose: number
}

export class RequestLog {
  readonly #keep: number
  #records: RequestRecord[] = []
  #requests = 0
  #open = 0
  #mostOpen = 0
  #closedByClient = 0
  #completed = 0
  #faults = 0
  #droppedBytesAfterClose = 0

  constructor(keep: number) {
    this.#keep = keep
  }

  get records(): readonly RequestRecord[] {
    return this.#records
  }

  get stats(): Stats {
    return {
      requests: this.#requests,
      open: this.#open,
      mostOpen: this.#mostOpen,
      closedByClient: this.#closedByClient,
      completed: this.#completed,
      faults: this.#faults,
      bytesAfterClose: this.#records.reduce(
        (sum, record) => sum + record.bytesAfterClose,
        this.#droppedBytesAfterClose,
      ),
    }
  }

  open(
    request: Pick<RequestRecord, 'id' | 'number' | 'method' | 'path' | 'startedAt'> & {
      readonly headers: IncomingHttpHeaders
    },
  ): RequestRecord {
    const record: RequestRecord = {
      ...request,
      headers: withoutKeys(request.headers),
      body: null,
      scenario: null,
      status: null,
      headersAt: null,
      firstTextAt: null,
      endedAt: null,
      closedByClientAt: null,
      writes: 0,
      bytes: 0,
      bytesAfterClose: 0,
      textDeltas: 0,
      text: '',
      stopped: false,
      end: 'open',
    }
    this.#requests += 1
    this.#open += 1
    this.#mostOpen = Math.max(this.#mostOpen, this.#open)
    this.#records.push(record)
    if (this.#records.length > this.#keep) {
      this.#droppedBytesAfterClose += this.#records.shift()?.bytesAfterClose ?? 0
    }
    return record
  }

  /** The first end wins; later calls change nothing. */
  end(record: RequestRecord, end: Exclude<RequestEnd, 'open'>, at: number): void {
    if (record.end !== 'open') return
    record.end = end
    record.endedAt = at
    this.#open -= 1
    if (end === 'closed-by-client') {
      record.closedByClientAt = at
      this.#closedByClient += 1
    }
    if (end === 'completed') this.#completed += 1
    if (end === 'fault') this.#faults += 1
  }

  /** Forgets ended requests; open requests still count as open. */
  reset(): void {
    this.#records = this.#records.filter((record) => record.end === 'open')
    this.#requests = this.#records.length
    this.#mostOpen = this.#open
    this.#closedByClient = 0
    this.#completed = 0
    this.#faults = 0
    this.#droppedBytesAfterClose = 0
  }
}

function withoutKeys(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const text = String(value)
    if (name === 'authorization') kept[name] = `${text.split(' ')[0] ?? ''} …`
    else if (name === 'x-api-key') kept[name] = '…'
    else kept[name] = text
  }
  return kept
}
