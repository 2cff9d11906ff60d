// Where the configuration comes from: the environment, and a file `.env` in the directory the program is started from.
//
// Guarantees: a name that is most likely a mistake for one of ours is a fault, and not passed over in silence.
import { parseEnv } from 'node:util'
import leven from 'leven'

type Environment = Readonly<Record<string, string | undefined>>

interface ReadEnvironment {
  /** The file with the environment over it. */
  readonly environment: Environment
  /** What is wrong with the names, a sentence each. */
  readonly faults: readonly string[]
}

/** A file may hold them for others who read it: the shell of a container, docker-compose, Node and npm. */
const OF_OTHERS =
  /^(COMPOSE|DOCKER|NODE|NPM|PNPM|npm)_|^(TZ|LANG|LC_\w+|PATH|HOME|\w+_PROXY|\w+_proxy)$/
/** So many letters may be wrong, missing or too many in a name that is taken for a mistake. */
const MOST_WRONG = 2
/** Shorter names of others are too often as near: `MODE` is no mistake for `MODEL`. */
const LEAST_LENGTH = 7

/**
 * Reads both.
 * @param environment what the process was given
 * @param file the text of `.env`; null when there is none
 * @param known the names of all variables
 */
export function readEnvironment(
  environment: Environment,
  file: string | null,
  known: readonly string[],
): ReadEnvironment {
  // Editors of Windows put a mark in front, which would become part of the first name.
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
