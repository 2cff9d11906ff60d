// What all nodes of one deployment must agree on, written down in Redis by the first of them.
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Connections } from './connections.ts'
import { refusalOf } from './refusals.ts'

/** In a cluster, so many keys that each master has one of them in all likelihood. */
const CLUSTER_KEYS = 16

/**
 * Version of the keys in Redis. A program refuses data of a later one. Since 2 nodes decide and scripts compare: nodes of 1 would
 * decide on what those of 2 do not write any more, so both do not run at once.
 */
const SCHEMA = 2
/** A node of schema 1 has shown itself by this key every second, for two. */
const SWEEPER_OF_1 = '{active}:sweeper'
/** How long nodes that have just been ended may still seem to be there, ms, and how often it is looked. */
const GONE_MS = 4000
const POLL_MS = 200

/** A node that does not belong to the others, in words for its operator. */
export class NodeRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NodeRefused'
  }
}

/**
 * Compares this node with what the first one wrote down, or is the first.
 * @param signingKey only its digest is stored
 * @throws NodeRefused when it signs with another key, the data was written by a later version, or nodes of an earlier one run
 */
export async function joinDeployment(
  { commands }: Connections,
  namespace: string,
  signingKey: Uint8Array,
): Promise<void> {
  const key = `${namespace}:deployment`
  const fingerprint = createHash('sha256').update('roomcast').update(signingKey).digest('hex')
  await commands.hsetnx(key, 'schema', SCHEMA)
  await commands.hsetnx(key, 'signing-key', fingerprint)
  const [schema, known] = await commands.hmget(key, 'schema', 'signing-key')
  // Also when it is no number: then somebody else wrote it.
  if (!(Number(schema) <= SCHEMA))
    throw new NodeRefused(
      `The data in Redis was written by a later version of Roomcast (schema ${schema}; this one knows ${SCHEMA}).`,
    )
  if (known !== fingerprint)
    throw new NodeRefused(
      'SIGNING_KEY differs from the one that the other nodes of this Redis use. Give all nodes the same; ' +
        `to change it, stop all nodes, remove the key "${key}" from Redis, and start them with the new one.`,
    )
  if (Number(schema) < SCHEMA) {
    await waitForEarlierNodes(commands, namespace)
    await commands.hset(key, 'schema', SCHEMA)
  }
}

/** @throws NodeRefused while a node of an earlier version runs */
async function waitForEarlierNodes(
  commands: Connections['commands'],
  namespace: string,
): Promise<void> {
  for (let waited = 0; waited < GONE_MS; waited += POLL_MS) {
    if ((await commands.exists(`${namespace}:${SWEEPER_OF_1}`)) === 0) return
    await setTimeout(POLL_MS)
  }
  throw new NodeRefused(
    'Nodes of an earlier version of Roomcast run on this Redis. End all of them first: their way of writing and this one’s do not go together.',
  )
}

/**
 * What a Redis would need to keep the promises and has not, a constant sentence each. Empty as well where it does not
 * tell; `appendfsync` is not among what it tells.
 */
export async function missingSettings({ commands }: Connections): Promise<readonly string[]> {
  const told = await Promise.all(['memory', 'persistence'].map((part) => commands.info(part)))
  const info = told.join('\n')
  const missing: string[] = []
  if (/^aof_enabled:0/m.test(info))
    missing.push('Redis keeps no append-only file: what was acknowledged is gone when it ends')
  if (/^maxmemory:[1-9]/m.test(info) && !/^maxmemory_policy:noeviction/m.test(info))
    missing.push('Redis throws parts of rooms away when its memory is full: set noeviction')
  return missing
}

/**
 * Asks Redis whether it would save something, by writes that change nothing: so it refuses them when it is full, cannot write
 * its append-only file or is no primary. In a cluster every master has to be well.
 * @throws Refusal `storage-full`, `storage-unavailable`
 */
export async function askToSave(
  { commands, cluster }: Connections,
  namespace: string,
): Promise<void> {
  const absent = Array.from(
    { length: cluster ? CLUSTER_KEYS : 0 },
    (_, index) => `${namespace}:absent:{${index}}`,
  )
  try {
    await Promise.all([
      commands.hsetnx(`${namespace}:deployment`, 'schema', SCHEMA),
      ...absent.map((key) => commands.del(key)),
    ])
  } catch (error) {
    throw refusalOf(error)
  }
}
