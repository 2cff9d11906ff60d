import { expect, it } from 'vitest'
import { AtOnce } from './at-once.ts'
import { TooOften } from './too-often.ts'

it('[R7.1] AtOnce admits up to its limits per member, per address and in total, until they are released', () => {
  const places = new AtOnce({ all: 4, perAddress: 3, perMember: 2 })
  const enter = (memberId: string, address: string) => places.enter({ memberId, address })
  const leave = enter('ada', 'hers')
  enter('ada', 'hers')
  expect(() => enter('ada', 'elsewhere')).toThrow(TooOften)
  enter('eve', 'hers')
  expect(() => enter('uma', 'hers')).toThrow(TooOften)
  enter('bob', 'his')
  expect(() => enter('zoe', 'far')).toThrow(TooOften)
  leave()
  leave()
  enter('zoe', 'far')
  expect(() => enter('uma', 'there')).toThrow(TooOften)
})
