// `pnpm check-proxy https://rooms.example.org`: reports in plain words whether a proxy in front of the nodes passes
// live
// text on. Exits with 0 if all is well, 1 if there is a problem, 2 without an address to check.
import { randomBytes } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { checkProxy } from './check.ts'
import { wordsFor } from './findings.ts'

async function main(address: string | undefined): Promise<number> {
  const origin = URL.parse(address ?? '')
  if (!origin || !/^https?:$/.test(origin.protocol)) {
    say(
      'Give the address under which people reach the server: check-proxy https://rooms.example.org',
    )
    return 2
  }
  const found = await checkProxy(origin, { clock: systemClock, random: randomBytes })
  for (const { code, seen } of found) {
    const { sentence, advice } = wordsFor(code)
    say(`${sentence} (${seen})\n  ${advice}`)
  }
  if (found.length > 0) return 1
  say(
    `${origin.origin} leads to Roomcast: text arrives as it is written, and connections are live.`,
  )
  return 0
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

process.exitCode = await main(process.argv[2] ?? process.env['PUBLIC_URL'])
