// The files that browsers load of a built page, in bytes as sent: best gzip compression.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface Loaded {
  readonly file: string
  readonly bytes: number
}

interface Chunk {
  readonly file: string
  readonly name?: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

/**
 * The files that a room on a wide screen loads before any interaction, by the names that the build gives them.
 * test/e2e/reading.e2e.ts checks that there are no others.
 */
const FIRST = ['index', 'base', 'room']

export class PageBytes {
  readonly #directory: string
  readonly #chunks: Readonly<Record<string, Chunk>>

  /** @param directory of a built page and its manifest */
  constructor(directory: string) {
    this.#directory = directory
    this.#chunks = JSON.parse(readFileSync(join(directory, '.vite', 'manifest.json'), 'utf8'))
  }

  /** The scripts that a room always loads, including all their imports and those named only by the page. */
  get first(): Loaded[] {
    const page = readFileSync(join(this.#directory, 'index.html'), 'utf8')
    const named = [...page.matchAll(/<script[^>]* src="\/([^"]+)"/g)].map(([, file]) => file ?? '')
    const keys = Object.keys(this.#chunks)
    const chunks = this.#scripts(
      FIRST.map((name) => {
        const found = keys.find((key) => this.#isScript(key, name))
        if (found === undefined) throw new Error(`there is no script called ${name}`)
        return found
      }),
    )
    const others = named.filter((name) => chunks.every(({ file }) => file !== name))
    return [...chunks, ...others.map((file) => ({ file, bytes: this.#weigh(file) }))]
  }

  /** The scripts loaded only with this module of ours, `src/…`. Throws if it is not a chunk of its own. */
  only(source: string): Loaded[] {
    if (!(source in this.#chunks)) throw new Error(`${source} is not loaded by itself`)
    const known = new Set(this.first.map(({ file }) => file))
    return this.#scripts([source]).filter(({ file }) => !known.has(file))
  }

  /** The scripts of this module of ours, including all their imports. */
  of(source: string): Loaded[] {
    return this.#scripts([source])
  }

  #isScript(key: string, name: string): boolean {
    const chunk = this.#chunks[key]
    return chunk?.name === name && chunk.file.endsWith('.js')
  }

  #scripts(sources: readonly string[]): Loaded[] {
    const met = new Set<string>()
    const meet = (source: string): void => {
      const chunk = this.#chunks[source]
      if (chunk === undefined || met.has(chunk.file)) return
      met.add(chunk.file)
      chunk.imports?.forEach(meet)
    }
    sources.forEach(meet)
    return [...met].map((file) => ({ file, bytes: this.#weigh(file) }))
  }

  #weigh(file: string): number {
    return gzipSync(readFileSync(join(this.#directory, file)), { level: 9 }).length
  }
}

export function sum(loaded: readonly Loaded[]): number {
  return loaded.reduce((total, { bytes }) => total + bytes, 0)
}

/** Lists each file on a line, and the sum, for people. */
export function listed(what: string, loaded: readonly Loaded[]): string {
  const lines = loaded.map(({ file, bytes }) => `  ${String(bytes).padStart(7)}  ${file}`)
  return `${what}: ${sum(loaded)} bytes\n${lines.join('\n')}\n`
}
