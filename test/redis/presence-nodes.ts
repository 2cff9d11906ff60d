// Presence on nodes: each has its own connections to Redis and the adapter over them.
import { randomBytes } from 'node:crypto'
import { expect, vi } from 'vitest'
import type { Clock } from '@roomcast/shared/clock'
import { systemClock } from '@roomcast/server/clock.ts'
import type { PresentMembers } from '@roomcast/server/presence/presence.ts'
import { RedisPresence } from '@roomcast/server/presence/redis-presence.ts'
import { Connections } from '@roomcast/server/redis/connections.ts'
import { Subscriptions } from '@roomcast/server/redis/subscriptions.ts'
import { DEADLINE_MS } from '../support/deadline.ts'

export interface PresenceNode {
  readonly presence: RedisPresence
  readonly connections: Connections
  readonly subscriptions: Subscriptions
  /** The Redis errors that presence has reported. */
  readonly errors: readonly unknown[]
  /** Cuts the connections without a farewell. */
  readonly die: () => void
}

/** @param urls separated by commas; several are those of a cluster */
export async function openPresenceNode(
  urls: string,
  namespace: string,
  clock: Clock,
): Promise<PresenceNode> {
  const errors: unknown[] = []
  const address = { urls: urls.split(','), cluster: urls.includes(',') }
  const connections = await Connections.open(address, () => undefined)
  const subscriptions = new Subscriptions(connections, () => undefined)
  const presence = await RedisPresence.start({
    connections,
    subscriptions,
    clock,
    namespace,
    node: randomBytes(16).toString('base64url'),
    onError: (error) => errors.push(error),
  })
  const die = () => {
    subscriptions.close()
    connections.close()
  }
  return { presence, connections, subscriptions, errors, die }
}

/** A node that follows the room `room`, on the machine's own clock. */
export interface FollowingNode extends PresenceNode {
  /** The members of the room as this node sees them; those who are typing have a `*`. */
  readonly here: () => readonly string[]
  /** The lists that its follower was given. */
  readonly told: PresentMembers[]
  readonly unfollow: () => void
}

const opened: PresenceNode[] = []
let namespaces = 0

/** Opens nodes that share a Redis and a namespace (a new one unless given), until `closeNodes`. */
export async function openNodes(
  urls: string,
  count: number,
  namespace = `nodes-${(namespaces += 1)}`,
  beforeFollowing: (node: PresenceNode) => void = () => undefined,
) {
  const nodes: FollowingNode[] = []
  for (let index = 0; index < count; index++) {
    const node = await openPresenceNode(urls, namespace, systemClock)
    opened.push(node)
    beforeFollowing(node)
    const told: PresentMembers[] = []
    const unfollow = node.presence.follow('room', (members) => told.push(members))
    const here = () =>
      node.presence.present('room').map(({ memberId, typing }) => memberId + (typing ? '*' : ''))
    nodes.push({ ...node, here, told, unfollow })
  }
  const key = `${namespace}:{room}:presence`
  /** How many nodes have announced members. */
  const announcing = () => nodes.at(-1)?.connections.commands.hlen(key)
  const [one, two, three] = nodes as [FollowingNode, FollowingNode, FollowingNode]
  return { namespace, key, announcing, nodes, one, two, three }
}

export function closeNodes(): void {
  for (const { presence, die } of opened.splice(0)) {
    presence.close()
    die()
  }
}

/** Waits until an expectation holds, long enough for a dead node to be forgotten. */
export function eventually(expectation: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(expectation, { timeout: DEADLINE_MS, interval: 20 })
}

/** Waits until all nodes see these members, in this order. */
export function allSee(
  nodes: readonly FollowingNode[],
  ...members: readonly string[]
): Promise<void> {
  return eventually(() => {
    for (const node of nodes) expect(node.here()).toEqual(members)
  })
}

/**
 * The same, in any order: members are ordered by arrival, and two nodes only know that as precisely as they know the
 * clock of Redis.
 */
export function allSeeInAnyOrder(
  nodes: readonly FollowingNode[],
  ...members: readonly string[]
): Promise<void> {
  return eventually(() => {
    for (const node of nodes) expect(node.here().toSorted()).toEqual(members.toSorted())
  })
}
