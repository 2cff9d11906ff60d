import { errorBody } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TransportDouble } from '@roomcast/test/doubles/transport.ts'
import { RoomClient } from './room-client.ts'
import type { Post } from './unsent-posts.ts'

/** One tab; its stored messages outlive it in `kept`. */
function tab(kept: Map<string, Post>) {
  const transport = new TransportDouble()
  const clock = new SimulatedClock(0)
  let ids = 0
  const client = new RoomClient({
    roomId: 'r',
    transport,
    clock,
    newId: () => `id-${(ids += 1)}`,
    keep: (post) => {
      kept.set(post.commandId, post)
      return () => void kept.delete(post.commandId)
    },
  })
  client.open()
  const live = () => {
    transport.link({ kind: 'up' })
    transport.arrive({ type: 'snapshot', state: emptyRoom('r', 'e') }, { type: 'synced' })
  }
  const post = () => client.send({ type: 'post', text: 'Lunch?', ask: false })
  return { client, transport, clock, live, post }
}

describe('an unacknowledged message', () => {
  it('[R4.1] is sent by the next tab with the same id, and then deleted from storage', async () => {
    const kept = new Map<string, Post>()
    void tab(kept).post()
    const [post] = kept.values()
    expect(post).toMatchObject({ text: 'Lunch?', ask: false })
    if (!post) return
    const { client, transport, live } = tab(kept)
    const result = client.resend(post)
    expect(client.view.pending).toEqual([post])
    live()
    expect(transport.sent('post').map(({ command }) => command)).toEqual([post])
    await transport.sent('post')[0]?.answer({ ok: true, messageId: 'm' })
    expect(await result).toMatchObject({ ok: true })
    expect(kept.size).toBe(0)
  })

  it('[R4.1] of an earlier tab is retried after a refusal, because it may have been posted', async () => {
    const { client, transport, clock, live } = tab(new Map())
    void client.resend({ type: 'post', roomId: 'r', commandId: 'c', text: 'Hi', ask: false })
    live()
    await transport.sent('post')[0]?.answer({ ok: false, error: errorBody('rate-limited') })
    expect(client.view.pending).toHaveLength(1)
    clock.tick(1000)
    expect(transport.sent('post')).toHaveLength(2)
  })

  it('stays stored when the page leaves the room', async () => {
    const kept = new Map<string, Post>()
    const { client, post } = tab(kept)
    const result = post()
    client.close()
    expect(await result).toMatchObject({ ok: false })
    expect(kept.size).toBe(1)
  })

  it('is deleted from storage once it is refused, because its text is back in the composer', async () => {
    const kept = new Map<string, Post>()
    const { client, transport, post } = tab(kept)
    void post()
    const [waiting] = kept.values()
    transport.link({ kind: 'refused', error: errorBody('room-not-found') })
    expect(kept.size).toBe(0)
    if (!waiting) return
    kept.set(waiting.commandId, waiting)
    expect(await client.resend(waiting)).toEqual({ ok: false, error: errorBody('room-not-found') })
    expect(kept.size).toBe(0)
    expect(client.view.pending).toEqual([])
  })

  it('[R4.1] stays stored for an outdated page to send after its reload, and does not return to the composer', async () => {
    const kept = new Map<string, Post>()
    const { client, transport, live, post } = tab(kept)
    const heard: unknown[] = []
    void post().then((result) => heard.push(result))
    live()
    await transport.lose()
    transport.link({ kind: 'refused', error: errorBody('protocol-version') })
    const [waiting] = kept.values()
    if (waiting) void client.resend(waiting).then((result) => heard.push(result))
    await Promise.resolve()
    expect(waiting).toMatchObject({ text: 'Lunch?' })
    expect(kept.size).toBe(1)
    expect(heard).toEqual([])
  })

  it('is the only kind of command that is stored', () => {
    const kept = new Map<string, Post>()
    void tab(kept).client.send({ type: 'cancel', generationId: 'g' })
    expect(kept.size).toBe(0)
  })

  it('can be withdrawn before it has been sent, and is then never sent', async () => {
    const kept = new Map<string, Post>()
    const { client, transport, live, post } = tab(kept)
    const result = post()
    const [id] = client.view.unsent
    expect(id && client.takeBack(id)).toBe(true)
    expect(await result).toMatchObject({ ok: false, error: { code: 'taken-back' } })
    expect(kept.size).toBe(0)
    live()
    expect(transport.sent('post')).toEqual([])
    expect(client.view.pending).toEqual([])
  })

  it('cannot be withdrawn once it may have reached the server', async () => {
    const { client, transport, live, post } = tab(new Map())
    live()
    void post()
    const [sent] = transport.sent('post')
    const id = sent?.command.commandId ?? ''
    expect([...client.view.unsent]).toEqual([])
    expect(client.takeBack(id)).toBe(false)
    await transport.lose()
    expect(client.takeBack(id)).toBe(false)
    expect(client.view.pending).toHaveLength(1)
    expect(client.takeBack('unknown')).toBe(false)
  })

  it('can be withdrawn again after a refusal by a node that is shutting down', async () => {
    const { client, transport, live, post } = tab(new Map())
    live()
    void post()
    const [sent] = transport.sent('post')
    await sent?.answer({ ok: false, error: errorBody('shutting-down') })
    expect([...client.view.unsent]).toEqual([sent?.command.commandId])
  })
})
