import { describe, expect, it } from 'vitest'
import { Audience } from './audience.ts'

function listener() {
  const heard: string[] = []
  return { heard, write: (frame: Buffer) => void heard.push(frame.toString()) }
}

describe('an audience', () => {
  it('hears what its own room is told, all of it the same frame', () => {
    const audience = new Audience()
    const [ana, bo, elsewhere] = [listener(), listener(), listener()]
    audience.enter('room', ana)
    audience.enter('room', bo)
    audience.enter('other', elsewhere)
    let made = 0
    audience.write('room', () => Buffer.from(`frame ${(made += 1)}`))
    expect([ana.heard, bo.heard, elsewhere.heard]).toEqual([['frame 1'], ['frame 1'], []])
  })

  it('hears once what it entered twice for, and nothing after it has gone', () => {
    const audience = new Audience()
    const ana = listener()
    audience.enter('room', ana)
    audience.enter('room', ana)
    audience.write('room', () => Buffer.from('one'))
    audience.exit('room', ana)
    audience.write('room', () => Buffer.from('two'))
    expect(ana.heard).toEqual(['one'])
  })

  it('costs no frame where nobody is there, or nobody any more', () => {
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
