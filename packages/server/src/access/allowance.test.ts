import { expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { Allowance } from './allowance.ts'

const sender = (memberId: string | null, address = 'here') => ({ memberId, address })

it('[R7.1] ten free sessions of one address share its limit', () => {
  const allowance = new Allowance(new SimulatedClock(), { perMember: 5, perAddress: 20 })
  let taken = 0
  for (let member = 0; member < 10; member++)
    for (let time = 0; time < 10; time++) if (allowance.take(sender(`m${member}`))) taken++
  expect(taken).toBe(20)
  expect(allowance.take(sender('m1', 'elsewhere'))).toBe(false)
  expect(allowance.take(sender('new', 'elsewhere'))).toBe(true)
})

it('[R7.1] a member has a limit of their own, from any address', () => {
  const allowance = new Allowance(new SimulatedClock(), { perMember: 5, perAddress: 20 })
  expect(allowance.take(sender('ada'), 5)).toBe(true)
  expect(allowance.take(sender('ada', 'elsewhere'))).toBe(false)
  expect(allowance.take(sender('bob'), 5)).toBe(true)
})

it('if one limit is too low, nothing is taken from either', () => {
  const allowance = new Allowance(new SimulatedClock(), { perMember: 5, perAddress: 8 })
  expect(allowance.take(sender('ada'), 6)).toBe(false)
  expect(allowance.take(sender(null), 8)).toBe(true)
  expect(allowance.take(sender('ada'), 5)).toBe(false)
  expect(allowance.take(sender('ada', 'elsewhere'), 5)).toBe(true)
})
