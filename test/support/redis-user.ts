// The user that docs/operating.md gives to nodes: whoever tests nodes runs them as that one, so that it may do all they do.
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

const PAGE = new URL('../../docs/operating.md', import.meta.url)
const PASSWORD = 'a-password'

/** What the documented command gives to `ACL SETUSER`: the name, and the rules as they stand there. */
export function documentedUser(password = PASSWORD): readonly string[] {
  const block = /```sh redis-user\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8'))?.[1] ?? ''
  const words: readonly string[] = block.replaceAll('\\\n', ' ').match(/'[^']*'|"[^"]*"|\S+/g) ?? []
  const rules = words.slice(words.indexOf('setuser') + 1)
  return rules.map((word) => word.replaceAll(/['"]/g, '').replace('$PASSWORD', password))
}

/** Makes the user; a Redis forgets it when it ends, and replicas never hear of it. */
export async function makeUser(redis: Redis): Promise<void> {
  await redis.call('ACL', 'SETUSER', ...documentedUser())
}

/** The same addresses, for that user. */
export function asUser(urls: string): string {
  const [name = ''] = documentedUser()
  return urls.replaceAll('redis://', `redis://${name}:${PASSWORD}@`)
}

/** The same addresses, for whoever may do everything. */
export function ofOperator(urls: string): string {
  return urls.replaceAll(/redis:\/\/[^@,]*@/g, 'redis://')
}
