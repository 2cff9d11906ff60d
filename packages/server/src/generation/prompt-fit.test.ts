import { describe, expect, it } from 'vitest'
import type { Prompt } from './claude.ts'
import { estimateOf, PromptFit } from './prompt-fit.ts'

const prompt = (bytes: number): Prompt => ({
  model: 'claude',
  maxTokens: 10,
  thinking: false,
  system: '',
  turns: [{ role: 'user', parts: ['x'.repeat(bytes)] }],
})

describe('the token budget of a prompt', () => {
  it('is the full limit until Claude finds a prompt too long', () => {
    const fit = new PromptFit()
    expect(fit.budget('room', 'claude', 5000)).toBe(5000)
    // The estimate was 1000.
    fit.learn('room', { prompt: prompt(3000), tokens: 2000, maximum: 1500 })
    expect(fit.budget('room', 'claude', 5000)).toBe(Math.floor(1500 / 2.1))
    expect(fit.budget('room', 'claude', 100)).toBe(Math.floor(100 / 2.1))
    expect(fit.budget('room', 'other', 5000)).toBe(5000)
    expect(fit.budget('elsewhere', 'claude', 5000)).toBe(5000)
  })

  it.each([
    [null, null],
    [null, 100],
    [1000, 2000],
    [0, 0],
  ])('halves if Claude does not say how long the prompt was: %s of %s', (tokens, maximum) => {
    const fit = new PromptFit()
    let asked = 3000
    for (let time = 1; time <= 4; time++) {
      fit.learn('room', { prompt: prompt(asked), tokens, maximum })
      const budget = fit.budget('room', 'claude', 1e6)
      expect(budget).toBe(Math.floor(estimateOf(prompt(asked)) / 2))
      asked = budget * 3
    }
  })

  it('is never zero, whatever Claude says', () => {
    const fit = new PromptFit()
    fit.learn('room', { prompt: prompt(3), tokens: 1e11, maximum: 1e10 })
    expect(fit.budget('room', 'claude', 6400)).toBe(100)
  })

  it('is remembered for the thousand rooms used last', () => {
    const fit = new PromptFit()
    for (let room = 0; room < 1000; room++)
      fit.learn(`${room}`, { prompt: prompt(3000), tokens: 2000, maximum: 1500 })
    expect(fit.budget('0', 'claude', 1000)).toBeLessThan(1000)
    fit.learn('new', { prompt: prompt(3000), tokens: 2000, maximum: 1500 })
    expect(fit.budget('0', 'claude', 1000)).toBeLessThan(1000)
    expect(fit.budget('1', 'claude', 1000)).toBe(1000)
  })
})
