// An uncaught error: the process shuts down cleanly, and nothing acknowledged is lost.
import { expect, it, onTestFinished } from 'vitest'
import { House, repliesIn } from './house.ts'

/** Makes a node fail on a signal, since no input would do it. */
const failing = (how: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `process.on('SIGWINCH', () => { ${how} })`,
  )}`,
})

it.each([
  ['an error', "throw new RangeError('secret text')"],
  ['a rejection', "void Promise.reject(new RangeError('secret text'))"],
  [
    'a series of errors',
    "for (let n = 0; n < 9; n++) setTimeout(() => { throw new RangeError('secret text') }, n)",
  ],
])(
  '[R4.2][R5.1] %s, uncaught, shuts the process down cleanly, and the log says why',
  async (_, how) => {
    const house = await House.open(failing(how))
    onTestFinished(() => house.close())
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: length=60000 gap=20 chunk=50]')
    await bob.reads(500)
    const said = Array.from({ length: 20 }, (_, at) => `Message ${at}`)
    for (const text of said)
      expect(await bob.send({ type: 'post', text, ask: false })).toMatchObject({ ok: true })
    process.kill(house.server.pid, 'SIGWINCH')
    expect(await house.server.ended()).toBe(1)
    const fatal = house.server
      .stdout()
      .split('\n')
      .find((line) => line.includes('"level":60'))
    expect(fatal).toContain('RangeError')
    expect(fatal).toContain('    at '.trim())
    expect(house.server.stdout()).not.toContain('secret text')
    // The request to Claude was closed: nobody pays for an answer that nobody receives.
    expect((await house.asked()).text.length).toBeLessThan(50_000)
    await house.start()
    await Promise.all([alice.live(), bob.live()])
    const messages = await house.newcomer()
    for (const text of said)
      expect(
        messages.filter((message) => message.kind === 'said' && message.text === text),
      ).toHaveLength(1)
    expect(repliesIn(messages)[0]?.ended?.outcome).toBe('interrupted')
    expect(alice.state.messages).toEqual(messages)
    expect(bob.state.messages).toEqual(messages)
  },
)
