// Draws every state of the page for docs/gallery.md: `pnpm gallery`, or with the names of states to redraw only those.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchChromium } from '../support/chromium.ts'
import { STORIES } from './catalog.ts'
import { drawLooks, Easel } from './draw.ts'
import { openStage, Scene } from './scene.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const IMAGES = join(DOCS, 'images/gallery')

const INTRODUCTION = `# Gallery

Every state of the page, drawn from the program itself by \`pnpm gallery\`: on a desktop and on a phone, light and dark. The same
states are checked for accessibility in \`pnpm test:full\` (\`test/e2e/accessibility.e2e.ts\`).
`

const wanted = process.argv.slice(2)
await mkdir(IMAGES, { recursive: true })
const browser = await launchChromium()
const stage = await openStage(browser)
const easel = await Easel.open(browser)
const chapters: string[] = [INTRODUCTION]
for (const story of STORIES) {
  chapters.push(`## ${story.title}\n`)
  const scene = await Scene.open(stage)
  try {
    for (const state of story.states) {
      const { name, title } = state
      chapters.push(`### ${title}\n\n![${title}](images/gallery/${name}.webp)\n`)
      await state.reach(scene)
      if (wanted.length > 0 && !wanted.includes(name)) continue
      const picture = await drawLooks(scene.page, easel)
      await writeFile(join(IMAGES, `${name}.webp`), picture)
      process.stdout.write(`${name}: ${(picture.length / 1024).toFixed(0)} kB\n`)
    }
  } finally {
    await story.end?.(scene)
    await scene.close()
  }
}
await writeFile(join(DOCS, 'gallery.md'), chapters.join('\n'))
await stage.close()
await browser.close()
