// Processes that do not outlive the test process, however that ends.
import { existsSync } from 'node:fs'

const SETPRIV = '/usr/bin/setpriv'

/** A command that Linux ends when its parent is gone, even if that was killed; elsewhere the command itself. */
export function guarded(command: readonly string[]): readonly string[] {
  return existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', ...command] : command
}
