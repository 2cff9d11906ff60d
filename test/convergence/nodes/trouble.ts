// Faults of nodes in use: one is killed while it runs an answer, and restarted; the subscriptions of all nodes to the
// log are killed again and again.
import { Redis } from 'ioredis'
import type { Message, Reply } from '@roomcast/shared/protocol'
import { Chance } from '../../doubles/chance.ts'
import type { Deployment } from '../../support/deployment.ts'
import { until } from '../../support/until.ts'
import type { NodeSeat, NodesRoom } from './room.ts'
import { pause } from '../../support/pause.ts'

const KILLS = 2
const LONG = '[simulate: length=60000 gap=15 chunk=60]'

/**
 * Kills nodes and subscriptions at random moments; when it resolves, all nodes are up.
 * @param witness a room with a page on every node, in which nothing else happens
 */
export async function troubleNodes(
  deployment: Deployment,
  witness: NodesRoom,
  seed: number,
): Promise<void> {
  const chance = new Chance(seed)
  const redis = new Redis(deployment.redis?.url ?? '')
  for (let kills = 0; kills < KILLS; kills++) {
    await killSubscriptions(redis, witness, chance)
    await killOwner(deployment, witness, chance)
    await killSubscriptions(redis, witness, chance)
  }
  redis.disconnect()
}

/** Each time somebody posts a message that no node hears when it is published; all must see it nevertheless. */
async function killSubscriptions(redis: Redis, witness: NodesRoom, chance: Chance): Promise<void> {
  for (let times = 1 + chance.below(3); times > 0; times--) {
    await pause(chance.below(1200))
    const killed = await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    witness.tally.count('subscription killed', Number(killed))
    const text = witness.words('say', times)
    const said = witness.send(chance.pick(witness.seats), { type: 'post', text, ask: false })
    for (const seat of witness.seats)
      await sees(
        seat,
        text,
        (message) => message.kind === 'said' && message.text === text.toWellFormed(),
      )
    await said
  }
}

/** Somebody asks on a node, the node dies while it answers, and a member on another node continues. */
async function killOwner(
  deployment: Deployment,
  witness: NodesRoom,
  chance: Chance,
): Promise<void> {
  const [asker, other] = chance.shuffled(witness.seats)
  if (!asker || !other) throw new Error('a witness has people at several nodes')
  const text = `${witness.words('say', 1)} ${LONG}`
  const asked = await witness.send(asker, { type: 'post', text, ask: true })
  const generationId = (asked.ok && asked.generationId) || 'none'
  const bytes = 1 + chance.below(4000)
  await seesReply(other, generationId, (reply) => reply.end >= bytes)
  await deployment.node(asker.node).kill()
  witness.tally.count('node killed in mid-answer')
  await pause(chance.below(3000))
  await deployment.restart(asker.node)
  await seesReply(other, generationId, (reply) => reply.ended !== null)
  const type = chance.pick(['retry', 'continue'] as const)
  const again = await witness.send(other, { type, generationId })
  if (!again.ok || again.generationId === undefined) return
  await seesReply(asker, again.generationId, (reply) => reply.end > 0)
  await witness.send(asker, { type: 'cancel', generationId: again.generationId })
}

function seesReply(
  seat: NodeSeat,
  generationId: string,
  look: (reply: Reply) => boolean,
): Promise<boolean> {
  const isIt = (reply: Reply) => reply.generationId === generationId && look(reply)
  return sees(seat, generationId, (message) => message.kind === 'reply' && isIt(message))
}

function sees(
  { name, client }: NodeSeat,
  what: string,
  look: (message: Message) => boolean,
): Promise<boolean> {
  return until(
    `${name} to see ${what}`,
    () => client.view.state?.messages.some(look),
    (listener) => client.subscribe(listener),
  )
}
