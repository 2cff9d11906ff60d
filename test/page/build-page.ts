// Builds a page as it is built for those who use it: by Vite, in a process that knows nothing of tests.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const VITE = fileURLToPath(new URL('../../bin/vite.js', import.meta.resolve('vite')))

/** @param root folder of the page, from the root of the repository; @param directory where its files go */
export async function buildPage(root: string, directory: string): Promise<void> {
  const environment = { ...process.env }
  // Vitest says `test` here, and that makes a page for developers.
  delete environment['NODE_ENV']
  const options = ['--outDir', directory, '--emptyOutDir', '--logLevel', 'error']
  await promisify(execFile)(process.execPath, [VITE, 'build', join(ROOT, root), ...options], {
    cwd: ROOT,
    env: environment,
  })
}
