// A Lua script that Redis runs in one step.
import { readFileSync } from 'node:fs'

export interface Script {
  /** Unique among all scripts of the program. */
  readonly name: string
  readonly lua: string
}

/**
 * Reads a script from a file beside the caller.
 * @param url of the folder (`import.meta.url`); `before` is put in front of it
 */
export function loadScript(url: string, file: string, before = ''): Script {
  const lua = readFileSync(new URL(file, url), 'utf8')
  return {
    name: `roomcast-${file.replace('.lua', '')}`,
    lua: before === '' ? lua : `${before}\n${lua}`,
  }
}
