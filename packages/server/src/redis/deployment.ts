// The settings that all nodes of one deployment must share. The first node records them in Redis.
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Connections } from './connections.ts'
import { refusalOf } from './refusals.ts'

/** Number of keys in a cluster, enough that each master almost certainly has one of them. */
const CLUSTER_KEYS = 16

/**
 * Version of the keys in Redis. A program refuses data of a later version. Since version 2, nodes decide and scripts
 * compare. Nodes of version 1 would decide on keys that nodes of version 2 no longer write, so both must not run at the
 * same time.
 */
const SCHEMA = 2
/** Nodes of schema 1 set this key every second, for two seconds. */
const SWEEPER_OF_1 = '{active}:sweeper'
/** How long nodes that have just stopped may still seem to run, ms, and how often this is checked. */
const GONE_MS = 4000
const POLL_MS = 200

/** A node that may not join the deployment. The message is for its operator. */
export class NodeRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NodeRefused'
  }
}

/**
 * Compares this node with the record of the first node, or writes that record if there is none.
 * @param signingKey only its digest is stored
 * @throws NodeRefused if this node has another signing key, the data was written by a later version, or nodes of an earlier
 * version run
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
  // Also refuses a value that is not a number, which this program did not write.
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
 * The settings that this Redis lacks to keep the promises, one constant sentence each. Also empty if Redis does not report
 * them; it never reports `appendfsync`.
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
 * Checks whether Redis could save something, by writes that change nothing. Redis refuses them when it is full, cannot write
 * its append-only file or is not the primary. In a cluster every master must accept them.
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
