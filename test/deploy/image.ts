// The repository files that the container image holds, read from Dockerfile, .dockerignore and Git. There is no Docker
// here to build it with.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'

interface Stage {
  readonly name: string
  readonly from: string
  /** Files and folders copied from the repository. */
  readonly copied: readonly string[]
}

/** The repository files in the image, sorted. The built page is not among them: Vite makes it in a stage of its own. */
export function imageFiles(root: string): string[] {
  const stages = stagesOf(readFileSync(join(root, 'Dockerfile'), 'utf8'))
  const isIgnored = ignoredBy(readFileSync(join(root, '.dockerignore'), 'utf8'))
  const copied = copiedInto(stages.at(-1), stages)
  const isCopied = (file: string) =>
    copied.some((source) => file === source || file.startsWith(`${source}/`))
  return trackedFiles(root)
    .filter((file) => isCopied(file) && !isIgnored(file))
    .toSorted()
}

function trackedFiles(root: string): string[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error('git lists no files')
  return stdout.split('\0').filter((file) => file !== '')
}

function stagesOf(dockerfile: string): Stage[] {
  return dockerfile.split(/^(?=FROM )/m).flatMap((text) => {
    const [, from, name = ''] = /^FROM (\S+)(?: AS (\S+))?/.exec(text) ?? []
    if (from === undefined) return []
    const copies = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)].map(([, words = '']) =>
      words.split(' ').slice(0, -1),
    )
    return [{ name, from, copied: copies.flat() }]
  })
}

/** The files copied into a stage and into the stages it is based on. */
function copiedInto(stage: Stage | undefined, stages: readonly Stage[]): readonly string[] {
  if (!stage) return []
  const below = stages.find(({ name }) => name === stage.from)
  return [...copiedInto(below, stages), ...stage.copied]
}

/**
 * Follows Docker's rules: patterns start at the root, a folder includes everything below it, and the last match
 * decides.
 */
function ignoredBy(dockerignore: string): (file: string) => boolean {
  const patterns = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return (file) => {
    const last = patterns.findLast((line) => {
      const pattern = line.replace(/^!/, '')
      return withFolders(file).some((path) => matchesGlob(path, pattern))
    })
    return last !== undefined && !last.startsWith('!')
  }
}

/** A path and its parent folders: `a`, `a/b`, `a/b/c`. */
function withFolders(file: string): string[] {
  const parts = file.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
