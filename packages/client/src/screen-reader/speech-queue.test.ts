import { expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { speechQueue } from './speech-queue.ts'

/** What a region says, in order, when it is told the given things. */
function setup() {
  const clock = new SimulatedClock(0)
  const heard: string[] = []
  return { clock, heard, speech: speechQueue((text) => heard.push(text), clock, 1000) }
}

it('says what happened at once, and what comes with it a pause later', () => {
  const { clock, heard, speech } = setup()
  speech.event('Bo joined.')
  speech.event('Bo asked Claude.')
  expect(heard).toEqual(['Bo joined.'])
  clock.tick(1000)
  expect(heard).toEqual(['Bo joined.', 'Bo asked Claude.'])
})

it('says the last sentence before the end of the answer, and other events before sentences that wait', () => {
  const { clock, heard, speech } = setup()
  speech.sentences(['One.', 'Two.', 'Three.'])
  speech.event('Bo joined.')
  speech.event('Cleo joined.')
  speech.event('Claude finished.', true)
  speech.event('Dan asked Claude.')
  clock.tick(10_000)
  expect(heard).toEqual([
    'One.',
    'Bo joined.',
    'Cleo joined.',
    'Two.',
    'Three.',
    'Claude finished.',
    'Dan asked Claude.',
  ])
})

it('drops what is left of an older answer, but no event', () => {
  const { clock, heard, speech } = setup()
  speech.sentences(['Old.', 'Older.'])
  speech.event('Claude finished.', true)
  speech.dropSentences()
  speech.sentences(['New.'])
  clock.tick(10_000)
  expect(heard).toEqual(['Old.', 'Claude finished.', 'New.'])
})

it('makes the same words different, so that they are heard again', () => {
  const { clock, heard, speech } = setup()
  for (let time = 0; time < 3; time++) speech.event('Bo joined.')
  clock.tick(10_000)
  expect(heard).toEqual(['Bo joined.', 'Bo joined.\u00a0', 'Bo joined.'])
})

it('says nothing more once it is over', () => {
  const { clock, heard, speech } = setup()
  speech.sentences(['One.', 'Two.'])
  speech.end()
  clock.tick(10_000)
  expect(heard).toEqual(['One.'])
})
