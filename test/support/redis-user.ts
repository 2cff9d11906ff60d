// The Redis user that docs/operating.md gives to nodes: tests run nodes as this user, which proves that its permissions
// suffice.
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

const PAGE = new URL('../../docs/operating.md', import.meta.url)
const PASSWORD = 'a-password'

/** The arguments of `ACL SETUSER` in the documented command: the name and the rules. */
export function documentedUser(password = PASSWORD): readonly string[] {
  const block = /```sh redis-user\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8'))?.[1] ?? ''
  const words: readonly string[] = block.replaceAll('\\\n', ' ').match(/'[^']*'|"[^"]*"|\S+/g) ?? []
  const rules = words.slice(words.indexOf('setuser') + 1)
  return rules.map((word) => word.replaceAll(/['"]/g, '').replace('$PASSWORD', password))
}

/** Creates the user; a Redis forgets it when it ends, and replicas never learn of it. */
export async function makeUser(redis: Redis): Promise<void> {
  await redis.call('ACL', 'SETUSER', ...documentedUser())
}

/** The same addresses, with that user's credentials. */
export function asUser(urls: string): string {
  const [name = ''] = documentedUser()
  return urls.replaceAll('redis://', `redis://${name}:${PASSWORD}@`)
}

/** The same addresses, with unrestricted access. */
export function ofOperator(urls: string): string {
  return urls.replaceAll(/redis:\/\/[^@,]*@/g, 'redis://')
}
