// Messages without a log: ids and offsets count up.
import type { Message, Reply, Said } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'

export class Talk {
  readonly messages: Message[] = []

  said(by: string, text: string, more: Partial<Said> = {}): Said {
    const offset = this.messages.length + 1
    const messageId = `message-${offset}`
    const plain = { kind: 'said', messageId, offset, at: 0, by, text } as const
    const said: Said = { ...plain, ask: false, withdrawn: false, ...more }
    this.messages.push(said)
    return said
  }

  asked(by: string, text: string, more: Partial<Said> = {}): Said {
    return this.said(by, text, { ask: true, ...more })
  }

  replied(to: { messageId: string }, text: string, more: Partial<Reply> = {}): Reply {
    const offset = this.messages.length + 1
    const reply: Reply = {
      kind: 'reply',
      generationId: `generation-${offset}`,
      number: offset,
      offset,
      at: 0,
      messageId: to.messageId,
      by: 'alice',
      mode: 'answer',
      model: 'claude',
      text,
      end: byteLength(text),
      marks: [],
      ended: { outcome: 'completed', at: 0, stop: 'end_turn' },
      ...more,
    }
    this.messages.push(reply)
    return reply
  }
}
