// Random rooms on random networks: members with several pages each lose links, repeat, overtake, stall, reload, stop
// and ask again; in the end everybody has the same room, byte for byte, and so has the log.
// FUZZ_RUNS plays more seeds, FUZZ_SEED one of them. `test/fault/more-random-rooms.test.ts` goes on where these end.
import { describeBadNetwork } from './bad-network.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200)
const CHOSEN = process.env['FUZZ_SEED']

if (CHOSEN === undefined)
  describeBadNetwork(
    Array.from({ length: RUNS }, (_, run) => run + 1),
    true,
  )
else describeBadNetwork([Number(CHOSEN)], false)
