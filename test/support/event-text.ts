// Parses an event stream strictly by the standard, independently of the server's own code:
// https://html.spec.whatwg.org/#event-stream-interpretation

/** An event as dispatched; `id` is the last one so far, its own or an earlier one. */
export interface ReadEvent {
  readonly type: string
  readonly data: string
  readonly id: string
}

export class EventText {
  /** Complete events, in order. */
  readonly events: ReadEvent[] = []
  /** The id of the last complete event. */
  lastId = ''
  /** How long the server wants clients to wait before they reconnect, ms. */
  retryMs: number | null = null
  comments = 0
  #rest = ''
  #type = ''
  #id = ''
  #data: string[] = []

  /** Processes more text; an incomplete event waits for the rest. */
  add(text: string): void {
    this.#rest += text
    if (!/[\r\n]/.test(text)) return
    // A line end at the very end of the text may be the first half of CR LF.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line)
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch()
    if (line.startsWith(':')) return void this.comments++
    const [, field = line, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (field === 'event') this.#type = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value)
  }

  #dispatch(): void {
    this.lastId = this.#id
    const [type, data] = [this.#type, this.#data]
    this.#type = ''
    this.#data = []
    if (data.length === 0) return
    this.events.push({ type: type || 'message', data: data.join('\n'), id: this.#id })
  }
}
