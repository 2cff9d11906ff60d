// Stops at random moments on a real server; `pnpm bench` does a thousand of them and prints the times.
import { expect, onTestFinished, test } from 'vitest'
import { measureStops } from '../bench/stops.ts'
import { benchWorld, redisWorld } from '../bench/world.ts'

const WORLDS = [
  ['one node', () => benchWorld('fast')],
  ['two nodes over Redis, stopped at the one that does not run it', () => redisWorld('fast', 2)],
] as const

test.each(WORLDS)(
  '[R3.1][R3.2] after a stop no more text is shown, and the request to Claude is closed: %s',
  async (_name, open) => {
    const world = await open()
    onTestFinished(() => world.close())
    const seed = Number(process.env['FUZZ_SEED'] ?? 1)
    const stops = await measureStops(world, 100, 10, seed)
    expect({
      seed: `rerun with FUZZ_SEED=${seed}`,
      shownBeyond: stops.shownBeyond,
      different: stops.different,
      bytesAfterClose: stops.bytesAfterClose,
    }).toEqual({
      seed: `rerun with FUZZ_SEED=${seed}`,
      shownBeyond: 0,
      different: 0,
      bytesAfterClose: 0,
    })
    // The test means something only if both kinds occurred and the sockets to Claude were seen closing.
    expect(stops.beforeText).toBeGreaterThan(0)
    expect(stops.stops - stops.beforeText).toBeGreaterThan(0)
    expect(stops.upstreamClosed.length).toBeGreaterThan(stops.stops / 2)
  },
)
