// The program: reads the configuration, starts a node, prints its address, and shuts down cleanly on a signal.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { systemClock } from './clock.ts'
import { ConfigError, readConfig, VARIABLES } from './config.ts'
import { readEnvironment } from './environment.ts'
import { watchLauncher } from './launcher.ts'
import { logDestination } from './log-destination.ts'
import { type Logger, makeLogger } from './logger.ts'
import { DataInUse } from './log/sqlite/database.ts'
import { checkProxy } from './proxy-check/check.ts'
import { reportProxy } from './proxy-check/report.ts'
import { NodeRefused } from './redis/deployment.ts'
import { type Server, startServer } from './server.ts'
import { onUncaught } from './uncaught.ts'

/** The exit code after a second signal. */
const TOLD_TWICE = 130

async function main(): Promise<void> {
  // Files of this program, which hold members' messages, are readable by no other user of this machine.
  process.umask(0o077)
  // The signal may arrive before the node is open.
  let isSpendingOff = false
  let stopSpending: () => void = () => undefined
  process.on('SIGUSR2', () => {
    say('Spending is off: all answers end, and none begins until the program starts again.')
    isSpendingOff = true
    stopSpending()
  })
  let onLauncherGone: () => void = () => process.exit(0)
  const stopWatch = watchLauncher(systemClock, process.ppid, () => onLauncherGone())
  const { environment, faults } = readEnvironment(process.env, envFile(), VARIABLES)
  if (faults.length > 0) throw new ConfigError(faults)
  const config = readConfig(environment)
  const logger = makeLogger(config.logLevel, logDestination(config.logFormat, process.stdout))
  const server = await startServer(config, logger)
  process.on(
    'uncaughtException',
    onUncaught({
      logger,
      clock: systemClock,
      close: () => server.close(0),
      exit: (code) => process.exit(code),
    }),
  )
  const stopReport = lookAtProxy(config.publicUrl, logger)
  stopSpending = () => server.stopSpending()
  if (isSpendingOff) stopSpending()
  let told = false
  const goDown = () => {
    // A second signal of either kind ends the process at once.
    if (told) process.exit(TOLD_TWICE)
    told = true
    stopReport()
    stopWatch()
    say('Going down; running answers may finish. Press again to stop at once.')
    server.close().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.error({ err }, 'going down failed')
        process.exit(1)
      },
    )
  }
  onLauncherGone = goDown
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, goDown)
  // Printed last, since the reader of this line may stop the node at once.
  announce(server)
}

/** The file `.env` of the working directory; null if there is none. */
function envFile(): string | null {
  try {
    return readFileSync('.env', 'utf8')
  } catch {
    // ignored because: the file is optional
    return null
  }
}

/** Checks the way from PUBLIC_URL to this node in the background. @returns cancels the check */
function lookAtProxy(publicUrl: string | undefined, logger: Logger): () => void {
  if (publicUrl === undefined) return () => {}
  const options = { clock: systemClock, random: randomBytes }
  const check = (origin: URL) => checkProxy(origin, options)
  return reportProxy(publicUrl, { clock: systemClock, logger, check })
}

function announce({ url, operatorUrl, simulated }: Server): void {
  say(`Roomcast is open at ${url}`)
  if (operatorUrl !== null) say(`For the operator, /livez, /readyz and /metrics: ${operatorUrl}`)
  if (simulated)
    say('No ANTHROPIC_API_KEY is set: a simulated Claude answers, and the page says so.')
}

/** The terminal is for people; output for programs goes through the logger. */
function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) for (const line of error.lines) say(line)
  else if (error instanceof DataInUse || error instanceof NodeRefused) say(error.message)
  else say(error instanceof Error ? `Roomcast could not start: ${error.message}` : String(error))
  process.exit(1)
})
