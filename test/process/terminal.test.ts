// The log as an operator sees it: readable lines in a terminal (a real pseudo terminal, by `script`), JSON in a pipe.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { guarded } from '../support/guarded.ts'
import { startServerProcess, temporaryDirectory } from '../support/server-process.ts'

const SOURCES = fileURLToPath(new URL('../../packages/server/src', import.meta.url))
const DEADLINE = { timeout: 30_000, interval: 50 }
const ESCAPE = '\u001b'

interface Terminal {
  /** The output on the screen so far. */
  readonly screen: () => string
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
}

/** Runs a shell command in a terminal of its own; ends with its exit code. */
function inTerminal(line: string, environment: Readonly<Record<string, string>> = {}): Terminal {
  const [command = '', ...rest] = guarded(['script', '-qefc', `exec ${line}`, '/dev/null'])
  const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', ...environment }
  const child = spawn(command, rest, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  let screen = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (screen += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(() => void child.kill('SIGKILL'))
  return { screen: () => screen, child, ended }
}

/** A node in a terminal; its process id is in a file, since it is not our child process. */
async function nodeInTerminal(environment: Readonly<Record<string, string>> = {}) {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory.remove())
  const pidFile = join(directory.path, 'pid')
  const line = `sh -c 'echo $$ > ${pidFile}; exec ${process.execPath} ${SOURCES}/main.ts'`
  const terminal = inTerminal(line, { PORT: '0', DATA_DIR: directory.path, ...environment })
  await expect.poll(terminal.screen, DEADLINE).toContain('Roomcast is open at')
  const kill = (signal: NodeJS.Signals) =>
    process.kill(Number(readFileSync(pidFile, 'utf8')), signal)
  onTestFinished(() => {
    try {
      kill('SIGKILL')
    } catch {
      // ignored because: it has ended by itself
    }
  })
  return { ...terminal, kill }
}

/** A program that logs `count` lines to a terminal, then runs `last`. */
function loggingInTerminal(count: number, last: string): Terminal {
  const program = [
    `import { makeLogger } from '${SOURCES}/logger.ts'`,
    `import { logDestination } from '${SOURCES}/log-destination.ts'`,
    `const logger = makeLogger('info', logDestination('auto', process.stdout))`,
    `for (let number = 1; number <= ${count}; number++) logger.info({ number }, 'logged a line')`,
    last,
  ].join(';')
  return inTerminal(`${process.execPath} --input-type=module -e "${program}"`, { NO_COLOR: '1' })
}

describe('in a terminal', () => {
  it('the log consists of readable lines with colours, from first to last', async () => {
    const node = await nodeInTerminal()
    // Lines logged before this one are on the screen already: nothing waits in a buffer.
    const [before = ''] = node.screen().split('Roomcast is open at')
    expect(before).toMatch(/^\[\d\d:\d\d:\d\d\] .*INFO.*the node is open/)
    expect(before).toContain(ESCAPE)
    expect(node.screen()).not.toContain('"level":')
    node.kill('SIGTERM')
    expect(await node.ended).toBe(0)
    expect(node.screen()).toMatch(/INFO.*the node has gone down/)
  })

  it('the log has no colours with NO_COLOR, and is JSON with LOG_FORMAT=json', async () => {
    const plain = await nodeInTerminal({ NO_COLOR: '1' })
    expect(plain.screen()).toMatch(/INFO \(\d+\): the node is open/)
    expect(plain.screen()).not.toContain(ESCAPE)
    const json = await nodeInTerminal({ LOG_FORMAT: 'json' })
    expect(json.screen()).toContain('"msg":"the node is open"')
  })

  it('a killed node has shown everything it logged', async () => {
    const node = await nodeInTerminal({ NO_COLOR: '1' })
    node.kill('SIGKILL')
    await node.ended
    expect(node.screen()).toMatch(/INFO \(\d+\): the node is open/)
  })

  it.each([
    ['exits', 'process.exit(0)'],
    ['crashes', `throw new Error('a crash')`],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`],
  ])('a program that %s right after logging loses no line', async (_how, last) => {
    const { screen, ended } = loggingInTerminal(2000, last)
    await ended
    const shown = [...screen().matchAll(/INFO: logged a line .*?(\d+)/g)].map(([, one]) => one)
    expect(shown).toEqual(Array.from({ length: 2000 }, (_, index) => String(index + 1)))
  })
})

it('in a pipe the log is JSON, one object per line, or readable lines without colours on request', async () => {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory.remove())
  const log = async (environment: Readonly<Record<string, string>>) => {
    const node = await startServerProcess({ DATA_DIR: directory.path, ...environment })
    expect(await node.stop()).toBe(0)
    return node.stdout().trim().split('\n')
  }
  const parsed = (await log({})).map((line) => JSON.parse(line) as { msg: string })
  expect(parsed.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['the node is open', 'the node has gone down']),
  )
  const readable = await log({ LOG_FORMAT: 'readable' })
  expect(readable.at(-1)).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: the node has gone down/)
  expect(readable.join('')).not.toContain(ESCAPE)
})
