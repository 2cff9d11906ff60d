import { expect, it } from 'vitest'
import { isLoopback } from './use-link-offer.ts'

it('recognises links that only open on this computer', () => {
  const here = [
    'http://localhost:3000/a',
    'http://127.0.0.1/',
    'http://[::1]:3000/',
    'http://x.localhost/',
  ]
  expect(here.filter(isLoopback)).toEqual(here)
  const elsewhere = [
    'http://192.168.1.5:3000/',
    'https://localhost.example.org/',
    'https://127.example.org/',
  ]
  expect(elsewhere.filter(isLoopback)).toEqual([])
})
