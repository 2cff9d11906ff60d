import { expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { speechQueue } from './speech-queue.ts'

/** A speech queue, and the texts that its region has shown, in order. */
function setup() {
  const clock = new SimulatedClock(0)
  const heard: string[] = []
  return { clock, heard, speech: speechQueue((text) => heard.push(text), clock, 1000) }
}

it('a speech queue says an event immediately and the next one a pause later', () => {
  const { clock, heard, speech } = setup()
  speech.event('Bo joined.')
  speech.event('Bo asked Claude.')
  expect(heard).toEqual(['Bo joined.'])
  clock.tick(1000)
  expect(heard).toEqual(['Bo joined.', 'Bo asked Claude.'])
})

it('a speech queue says an end after the last sentence, and other events before waiting sentences', () => {
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

it('a speech queue drops the remaining sentences of an older answer, but no event', () => {
  const { clock, heard, speech } = setup()
  speech.sentences(['Old.', 'Older.'])
  speech.event('Claude finished.', true)
  speech.dropSentences()
  speech.sentences(['New.'])
  clock.tick(10_000)
  expect(heard).toEqual(['Old.', 'Claude finished.', 'New.'])
})

it('a speech queue makes a repeated text differ, so that it is heard again', () => {
  const { clock, heard, speech } = setup()
  for (let time = 0; time < 3; time++) speech.event('Bo joined.')
  clock.tick(10_000)
  expect(heard).toEqual(['Bo joined.', 'Bo joined.\u00a0', 'Bo joined.'])
})

it('a speech queue says nothing after its end', () => {
  const { clock, heard, speech } = setup()
  speech.sentences(['One.', 'Two.'])
  speech.end()
  clock.tick(10_000)
  expect(heard).toEqual(['One.'])
})
