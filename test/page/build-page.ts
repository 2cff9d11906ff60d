// Builds a page as for production: by Vite, in a process without the test environment.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const VITE = fileURLToPath(new URL('../../bin/vite.js', import.meta.resolve('vite')))

/** @param root folder of the page, relative to the root of the repository; @param directory for its files */
export async function buildPage(root: string, directory: string): Promise<void> {
  const environment = { ...process.env }
  // Vitest sets this to `test`, which would build a development page.
  delete environment['NODE_ENV']
  const options = ['--outDir', directory, '--emptyOutDir', '--logLevel', 'error']
  await promisify(execFile)(process.execPath, [VITE, 'build', join(ROOT, root), ...options], {
    cwd: ROOT,
    env: environment,
  })
}
