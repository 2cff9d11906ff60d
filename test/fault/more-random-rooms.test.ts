// More random rooms on random networks: the seeds after those of `test/convergence/convergence.fuzz.test.ts`.
import { describeBadNetwork } from '../convergence/bad-network.ts'

const FIRST = 201
const LAST = 600

describeBadNetwork(
  Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index),
  true,
)
