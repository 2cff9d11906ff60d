import { describe, expect, it } from 'vitest'
import { Audience } from './audience.ts'

function listener() {
  const heard: string[] = []
  return { heard, write: (frame: Buffer) => void heard.push(frame.toString()) }
}

describe('an audience', () => {
  it('gets the updates of its own room, all listeners in the same frame', () => {
    const audience = new Audience()
    const [ana, bo, elsewhere] = [listener(), listener(), listener()]
    audience.enter('room', ana)
    audience.enter('room', bo)
    audience.enter('other', elsewhere)
    let made = 0
    audience.write('room', () => Buffer.from(`frame ${(made += 1)}`))
    expect([ana.heard, bo.heard, elsewhere.heard]).toEqual([['frame 1'], ['frame 1'], []])
  })

  it('sends a listener that entered twice each frame once, and none after it has left', () => {
    const audience = new Audience()
    const ana = listener()
    audience.enter('room', ana)
    audience.enter('room', ana)
    audience.write('room', () => Buffer.from('one'))
    audience.exit('room', ana)
    audience.write('room', () => Buffer.from('two'))
    expect(ana.heard).toEqual(['one'])
  })

  it('builds no frame if nobody listens, or nobody any more', () => {
    const audience = new Audience()
    const ana = listener()
    const make = () => expect.unreachable('nobody is there')
    audience.write('room', make)
    audience.exit('room', ana)
    audience.enter('room', ana)
    audience.exit('room', ana)
    audience.write('room', make)
    expect(ana.heard).toEqual([])
  })
})
