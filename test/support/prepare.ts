// What the tests need besides npm packages: a Chromium for the end-to-end tests. As root on Debian it is
// installed; otherwise this says exactly what to install, and fails.
import { spawnSync } from 'node:child_process'
import { CHROMIUM, findChromium } from './chromium.ts'

const INSTALL = 'apt-get update && apt-get install -y --no-install-recommends chromium'

function install(): void {
  process.stderr.write('The end-to-end tests need Chromium; installing it.\n')
  spawnSync('sh', ['-c', INSTALL], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

if (findChromium() === null && process.getuid?.() === 0) install()
if (findChromium() === null) {
  process.stderr.write(
    `The end-to-end tests need Chromium at ${CHROMIUM}. Install it with:\n  sudo sh -c '${INSTALL}'\n` +
      'or set CHROMIUM to the path of the one you have.\n',
  )
  process.exit(1)
}
