// Makes the data that later versions must open: `node test/earlier/make.ts 2`, with the next free number, in a version
// whose stored format differs from the newest saved one. Saved data is never changed.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { systemClock } from '@roomcast/server/clock.ts'
import { openRedisNode } from '../redis/redis-log.ts'
import { startRedis } from '../support/redis-server.ts'
import { temporaryDirectory } from '../support/server-process.ts'
import { playHistory } from './history.ts'
import { transcriptOf } from './transcript.ts'

const [, , version = ''] = process.argv
const DATA = join(import.meta.dirname, 'saved', version)
// Throws if the folder exists.
mkdirSync(DATA)
const asJson = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`

const folder = await temporaryDirectory()
const path = join(folder.path, 'roomcast.sqlite')
let ids = 0
const sqlite = await openSqliteRoomLog({
  path,
  clock: systemClock,
  newId: () => `epoch-${(ids += 1)}`,
})
await playHistory(sqlite)
writeFileSync(join(DATA, 'sqlite.json'), asJson(await transcriptOf(sqlite)))
await sqlite.close()
copyFileSync(path, join(DATA, 'roomcast.sqlite'))
await folder.remove()

const redis = await startRedis({ settings: { dbfilename: 'dump.rdb' } })
const node = await openRedisNode({ urls: [redis.url], cluster: false }, { namespace: 'roomcast' })
await playHistory(node.log)
writeFileSync(join(DATA, 'redis.json'), asJson(await transcriptOf(node.log)))
await node.connections.commands.call('SAVE')
const [, directory = ''] = (await node.connections.commands.call(
  'CONFIG',
  'GET',
  'dir',
)) as string[]
copyFileSync(join(directory, 'dump.rdb'), join(DATA, 'redis.rdb'))
await node.close()
await redis.stop()
