// The acts of members in one room while everything around them breaks: they ask, talk, stop each other's answers,
// continue and retry, come and go. Their acts are random, but based on what they see.
import type { CommandResult } from '@roomcast/shared/protocol'
import type { Chance } from '../../doubles/chance.ts'
import type { Tally } from '../../support/tally.ts'
import { someText } from '../../convergence/answers.ts'
import type { Intent, Member } from './client.ts'
import { pause } from '../../support/pause.ts'

/** Directives for Claude: short and long answers, difficult text, thinking, and every way to break off. */
const DIRECTIVES = [
  'length=600 gap=15 chunk=20',
  'length=2000 gap=20 chunk=40',
  'length=3500 gap=20 chunk=50',
  'length=5000 gap=30 chunk=60',
  'length=9000 gap=25 chunk=60',
  'unicode length=1800 gap=15 chunk=30',
  'cut-pairs length=900 gap=8',
  'split-characters length=900 gap=8',
  'thinking-summarized length=1200 gap=15',
  'thinking-omitted length=1200 first=300 gap=15',
  'max-tokens length=900 gap=10',
  'cut after=9',
  'reset after=12',
  'end after=6',
  'error-first',
  'reset-before-headers',
  'error after=5',
  'overloaded retry-after=1',
  'stall after=6',
  'stall-pings after=4 ping=200',
  'malformed after=7',
  'bad-request',
] as const
/** Some questions have an answer that outlasts a fault. */
const LONG = 'length=20000 gap=40 chunk=80'

const [LEAST_PAUSE_MS, MORE_PAUSE_MS] = [60, 900]

export interface Place {
  /** Nobody stops anything here, so that an answer without an owner is not stopped before it is noticed. */
  readonly isPatient: boolean
  readonly roomId: string
  readonly members: readonly Member[]
  readonly chance: Chance
  readonly tally: Tally
}

/** Acts in a room until it is over; some commands may then still be without an answer. */
export async function live(place: Place, isOver: () => boolean): Promise<void> {
  const { chance } = place
  for (let turn = 0; !isOver(); turn++) {
    await pause(LEAST_PAUSE_MS + chance.below(MORE_PAUSE_MS))
    const members = place.members.filter(({ isLive }) => isLive)
    if (members.length > 0) act(place, chance.pick(members), turn)
  }
}

function act(place: Place, member: Member, turn: number): void {
  const { chance, tally } = place
  const { screen } = member
  const send = (one: Member, intent: Intent) => {
    tally.count(intent.type)
    void one.send(intent).then((result) => {
      countAnswer(tally, intent, result)
      // An answer had been stopped, so the queue is held.
      if (!result.ok && result.error.code === 'queue-full') send(one, { type: 'resume' })
    })
  }
  const words = `${turn} of ${place.roomId.slice(0, 6)} ${someText(chance, chance.below(4))}`
  if (chance.below(8) === 0)
    return send(member, { type: 'post', text: `said ${words}`, ask: false })
  const running = screen.running === null ? undefined : screen.replies.get(screen.running)
  if (running && place.isPatient) return
  if (running) {
    const { generationId } = running
    if (chance.below(12) === 0) return send(member, ask(chance, words))
    if (running.text.length > 0 ? chance.below(5) > 0 : chance.below(14) > 0) return
    send(member, { type: 'cancel', generationId, reason: 'enough' })
    // Another member does the same at the same moment.
    if (chance.below(2) === 0) send(chance.pick(place.members), { type: 'cancel', generationId })
    return
  }
  const last = [...screen.replies.values()].at(-1)
  if (last?.ended && chance.below(4) === 0)
    return send(member, {
      type: chance.below(2) === 0 ? 'retry' : 'continue',
      generationId: last.generationId,
    })
  if (last?.ended?.outcome === 'cancelled' && chance.below(3) > 0)
    return send(member, { type: 'resume' })
  send(member, ask(chance, words, place.isPatient))
}

function ask(chance: Chance, words: string, isLong = false): Intent {
  const directive = isLong || chance.below(6) === 0 ? LONG : chance.pick(DIRECTIVES)
  return { type: 'post', text: `ask ${words} [simulate: ${directive}]`, ask: true }
}

function countAnswer(tally: Tally, { type }: Intent, result: CommandResult): void {
  tally.count(result.ok ? `${type}: done` : `${type}: refused, ${result.error.code}`)
}
