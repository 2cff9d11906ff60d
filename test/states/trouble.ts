// Problems with the link, the storage, the server, the version, the membership.
import { RawSocket } from '../process/raw-socket.ts'
import { startServerProcess, temporaryDirectory } from '../support/server-process.ts'
import type { Scene } from './scene.ts'
import type { Story } from './state.ts'

async function statusIs({ person }: Scene, chip: string): Promise<void> {
  await person.at('status').filter({ hasText: chip }).waitFor()
}

const LINK: Story = {
  title: 'The connection is lost',
  states: [
    {
      name: 'offline-answering',
      title: 'Offline while Claude was answering',
      async reach(scene) {
        await scene.person.makeRoom(scene.url, 'Incident 412')
        await scene.answering('How do shared rooms work?', 500)
        scene.stage.wire.cut()
        await statusIs(scene, 'Offline')
      },
    },
    {
      name: 'offline-waiting',
      title: 'A message waits for the connection',
      async reach({ person }) {
        await person.ask('And what does it cost?')
        await person.at('waiting').waitFor()
      },
    },
    {
      name: 'back',
      title: 'Back online, and the message is sent',
      async reach(scene) {
        scene.stage.wire.mend()
        await scene.person.isLive()
        await scene.person.at('queue-item').waitFor()
      },
    },
  ],
  end: async ({ stage }) => stage.wire.mend(),
}

const STORAGE: Story = {
  title: 'The storage is unavailable',
  states: [
    {
      name: 'paused',
      title: 'Paused: the storage cannot be reached',
      async reach(scene) {
        await scene.person.makeRoom(scene.url, 'Incident 413')
        await scene.answering('How do shared rooms work?', 500)
        scene.stage.deployment.redis?.pause()
        await statusIs(scene, 'Paused')
      },
    },
    {
      name: 'refused-unsaved',
      title: 'A message that could not be saved comes back',
      async reach({ person, page }) {
        await person.ask('And what does it cost?')
        await page.getByText('Not sent').waitFor()
      },
    },
    {
      name: 'stop-waits',
      title: 'A stop waits for the storage',
      async reach({ person, page }) {
        await person.at('stop').click()
        await page.getByText('Stop pending').waitFor()
      },
    },
  ],
  end: async (scene) => {
    scene.stage.deployment.redis?.resume()
    await scene.person.isLive()
  },
}

const SERVER: Story = {
  title: 'The server restarts',
  states: [
    {
      name: 'going-down',
      title: 'While the server restarts',
      async reach(scene) {
        await scene.person.makeRoom(scene.url, 'Incident 414')
        await scene.answering('How do shared rooms work?', 500)
        await scene.stage.deployment.node(0).stop()
        await statusIs(scene, 'Offline')
      },
    },
    {
      name: 'interrupted',
      title: 'Interrupted, with the partial text kept',
      async reach({ person, stage }) {
        await stage.deployment.restart(0)
        await person.isLive()
        await person.footerSays('Interrupted')
      },
    },
  ],
}

const VERSIONS: Story = {
  title: 'The page is older than the server',
  states: [
    {
      name: 'outdated',
      title: 'Something in the room is newer than the page',
      async reach(scene) {
        await scene.person.makeRoom(scene.url, 'Incident 415')
        // A later server version sends an update that this page does not know.
        await scene.page.routeWebSocket(/socket\.io/, (near) => {
          const far = near.connectToServer()
          near.onMessage((message) => far.send(message))
          far.onMessage((message) =>
            near.send(String(message).replace('"type":"queue-resumed"', '"type":"later"')),
          )
        })
        await scene.page.reload()
        await scene.person.isLive()
        await scene.answering('How do shared rooms work?')
        await scene.person.ask('And then?')
        await scene.person.at('queue-item').waitFor()
        await scene.person.at('stop').click()
        await scene.person.at('resume').click()
        await scene.page.getByText('outdated').waitFor()
      },
    },
    {
      name: 'new-version',
      title: 'The server is newer than the page',
      async reach({ page }) {
        await page.routeWebSocket(/socket\.io/, (near) => {
          const far = near.connectToServer()
          near.onMessage((message) =>
            far.send(String(message).replace('"version":1', '"version":0')),
          )
        })
        await page.reload()
        await page.getByText('New version available').waitFor()
      },
    },
  ],
}

const REFUSED: Story = {
  title: 'Refused or removed',
  states: [
    {
      name: 'too-long',
      title: 'A message that is too long',
      async reach({ person, url, page }) {
        await person.makeRoom(url, 'Incident 416')
        await person.at('composer').fill('word '.repeat(15_000))
        await person.at('send').click()
        await page
          .getByText(/longer than|too long/i)
          .first()
          .waitFor()
      },
    },
    {
      name: 'rate-limited',
      title: 'Too many commands',
      async reach({ person, page, stage, room }) {
        // The same member in another window, who uses up the member's rate limit.
        const cookies = await page.context().cookies()
        const token = cookies.find(({ name }) => name === 'roomcast')?.value ?? ''
        const use = async (times: number): Promise<void> => {
          const socket = await RawSocket.connect(stage.deployment.node(0).url, { token })
          const look = { roomId: room, look: 'live' }
          await Promise.all(Array.from({ length: times }, () => socket.command('look', look)))
          socket.close()
        }
        await use(1190)
        const refused = page.getByText(/too many requests/i).first()
        for (let tries = 0; tries < 20 && !(await refused.isVisible()); tries++) {
          await person.at('composer').fill('Hello')
          await Promise.all([use(180), person.at('send').click()])
        }
        await refused.waitFor()
      },
    },
    {
      name: 'deleted',
      title: 'The room is deleted',
      async reach({ page, room }) {
        await page.evaluate((path) => fetch(path, { method: 'DELETE' }), `/api/rooms/${room}`)
        await page.getByRole('link', { name: /home page/i }).waitFor()
      },
    },
    {
      name: 'removed',
      title: 'Removed from the room by its owner',
      async reach(scene) {
        const bo = await scene.guest('Bo')
        const { roomId, invite } = await bo.makeRoom('Design review')
        const seat = bo.sit(roomId)
        await seat.live()
        await scene.page.goto(`${scene.url}/invite/${invite}`)
        await scene.person.isLive()
        const ana = await seat.until('Ana', ({ state }) =>
          state?.members.find(({ name }) => name.startsWith('Ana')),
        )
        await seat.client.send({ type: 'remove', memberId: ana.memberId })
        await scene.page
          .getByText(/removed|no longer a member/i)
          .first()
          .waitFor()
        seat.client.close()
      },
    },
  ],
}

/** Without a key the program itself answers, and says so. */
const SIMULATED: Story = {
  title: 'Without an API key',
  states: [
    {
      name: 'simulated',
      title: 'Simulated answers',
      async reach({ page, person }) {
        const directory = await temporaryDirectory()
        const node = await startServerProcess({ DATA_DIR: directory.path })
        page.once('close', () => void node.kill().then(() => directory.remove()))
        await person.makeRoom(node.url, 'Trying it out')
        await person.at('notice-simulated').waitFor()
      },
    },
  ],
}

export const TROUBLE: readonly Story[] = [LINK, STORAGE, SERVER, VERSIONS, REFUSED, SIMULATED]
