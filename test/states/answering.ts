// A room with an answer, from the first word to every kind of end.
import type { Scene } from './scene.ts'
import type { State, Story } from './state.ts'

const links = new WeakMap<Scene, string>()

async function openRoom(scene: Scene, title: string): Promise<void> {
  links.set(scene, await scene.person.makeRoom(scene.url, title))
}

function linkOf(scene: Scene): string {
  const link = links.get(scene)
  if (!link) throw new Error('the story has no room yet')
  return link
}

/** The page asks, and Claude's answer ends in a particular way. */
function ends(name: string, title: string, directive: string, says: string): State {
  return {
    name,
    title,
    async reach(scene) {
      await scene.person.ask(`What then? [simulate: ${directive} length=300]`)
      await scene.person.footerSays(says)
      await scene.person.at('stop').waitFor({ state: 'detached' })
    },
  }
}

const ANSWERING: Story = {
  title: 'An answer',
  states: [
    {
      name: 'empty',
      title: 'A new room',
      reach: (scene) => openRoom(scene, 'Design review'),
    },
    {
      name: 'talk',
      title: 'People talk among themselves, without Claude',
      async reach(scene) {
        const { seat } = await scene.joinedBy('Bo', linkOf(scene))
        await seat.client.send({
          type: 'post',
          text: 'Shall we ask Claude how rooms are shared?',
          ask: false,
        })
        await scene.page.getByText('how rooms are shared').first().waitFor()
      },
    },
    {
      name: 'thinking',
      title: 'Claude is thinking',
      async reach(scene) {
        await scene.person.ask('How do shared rooms work?')
        await scene.page.getByText('Claude is thinking').first().waitFor()
      },
    },
    {
      name: 'answering',
      title: 'Claude is answering',
      reach: ({ person }) => person.reads(700),
    },
    {
      name: 'queue',
      title: 'Questions wait in the queue',
      async reach(scene) {
        const { seat } = await scene.joinedBy('Chi', linkOf(scene))
        await seat.client.send({
          type: 'post',
          text: 'And what happens when the stop loses the race with “done”?',
          ask: true,
        })
        await scene.person.ask('Can we see it in code?')
        await scene.person.at('queue-item').nth(1).waitFor()
      },
    },
    {
      name: 'stopping',
      title: 'Stopping',
      async reach({ person, page, stage }) {
        stage.wire.holdAnswers()
        await person.at('stop').click()
        await page.getByText('Stopping…').waitFor()
      },
    },
    {
      name: 'stopped',
      title: 'Stopped by someone, with the queue paused',
      async reach({ person, stage }) {
        stage.wire.releaseAnswers()
        await person.footerSays('Stopped by Ana')
        await person.at('resume').waitFor()
      },
    },
    {
      name: 'resumed',
      title: 'The next question is answered',
      async reach({ person }) {
        await person.at('resume').click()
        await person.at('stop').waitFor()
      },
    },
  ],
}

const ENDS: Story = {
  title: 'How an answer ends',
  states: [
    {
      name: 'completed',
      title: 'A whole answer, with code',
      async reach(scene) {
        await openRoom(scene, 'Ways to end')
        await scene.person.ask('Write a function in Python [simulate: pace=fast length=1500]')
        await scene.person.at('stop').waitFor()
        await scene.person.at('stop').waitFor({ state: 'detached' })
      },
    },
    ends('stopped-length', 'Reached the length limit', 'max-tokens pace=instant', 'length limit'),
    ends('declined', 'Claude declines', 'refusal pace=instant', 'declined'),
    ends('silent-answer', 'An empty answer', 'empty-answer pace=instant', 'empty answer'),
    ends('failed', 'Claude fails in the middle', 'error pace=instant', 'overloaded'),
    ends('rate-limited-claude', 'Rate-limited by Claude', 'rate-limited-long', 'rate-limiting'),
  ],
}

export const ANSWERS: readonly Story[] = [ANSWERING, ENDS]
