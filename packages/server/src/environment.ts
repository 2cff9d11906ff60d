// The sources of the configuration: the environment, and a file `.env` in the working directory.
//
// Guarantees: a name that is most likely a misspelling of one of ours is reported, not ignored.
import { parseEnv } from 'node:util'
import leven from 'leven'

type Environment = Readonly<Record<string, string | undefined>>

interface ReadEnvironment {
  /** The file's variables, overridden by the environment. */
  readonly environment: Environment
  /** The problems with names, a sentence each. */
  readonly faults: readonly string[]
}

/** Names that the file may have for its other readers: the shell of a container, docker-compose, Node and npm. */
const OF_OTHERS =
  /^(COMPOSE|DOCKER|NODE|NPM|PNPM|npm)_|^(TZ|LANG|LC_\w+|PATH|HOME|\w+_PROXY|\w+_proxy)$/
/** Limit on wrong, missing or extra letters in a name that counts as a misspelling. */
const MOST_WRONG = 2
/** Shorter foreign names are too often that close: `MODE` is no misspelling of `MODEL`. */
const LEAST_LENGTH = 7

/**
 * Merges both sources.
 * @param environment the environment of the process
 * @param file the text of `.env`; null if there is none
 * @param known the names of all variables
 */
export function readEnvironment(
  environment: Environment,
  file: string | null,
  known: readonly string[],
): ReadEnvironment {
  // Windows editors write a byte order mark, which would become part of the first name.
  const inFile = parseEnv((file ?? '').replace(/^\uFEFF/, ''))
  const unknown = (name: string) => !known.includes(name)
  const faults = [
    ...Object.keys(inFile)
      .filter((name) => unknown(name) && !OF_OTHERS.test(name))
      .map((name) => `${name} in .env is no variable of Roomcast${suggestion(name, known)}.`),
    ...Object.keys(environment)
      .filter(
        (name) =>
          unknown(name) && name.length >= LEAST_LENGTH && distance(name, known) <= MOST_WRONG,
      )
      .map((name) => `${name} is no variable of Roomcast${suggestion(name, known)}.`),
  ]
  return { environment: { ...inFile, ...environment }, faults }
}

function distance(name: string, known: readonly string[]): number {
  return leven(name.toUpperCase(), nearest(name, known))
}

function nearest(name: string, known: readonly string[]): string {
  const upper = name.toUpperCase()
  return known.reduce((best, one) => (leven(upper, one) < leven(upper, best) ? one : best))
}

function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return leven(name.toUpperCase(), near) <= near.length / 2 ? `; did you mean ${near}` : ''
}
