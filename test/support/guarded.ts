// Processes that do not outlive the test process, however it ends.
import { existsSync } from 'node:fs'

const SETPRIV = '/usr/bin/setpriv'

/**
 * A command that Linux ends when its parent is gone, even if the parent was killed; on other systems the plain command.
 */
export function guarded(command: readonly string[]): readonly string[] {
  return existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', ...command] : command
}
