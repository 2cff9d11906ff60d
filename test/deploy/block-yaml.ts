// Reads the subset of YAML that docker-compose prints and our own file uses: mappings and lists in block form, of
// scalars.

/** The lines below a path, such as `services`, `redis`. @throws Error when there is no such path */
function linesBelow(yaml: string, path: readonly string[]): readonly string[] {
  let lines = yaml.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  for (const name of path) {
    const margin = indent(lines[0] ?? '')
    const start = lines.findIndex((line) => new RegExp(`^ {${margin}}${name}:( |$)`).test(line))
    if (start < 0) throw new Error(`nothing at ${path.join('.')}`)
    const rest = lines.slice(start + 1)
    // A list may begin in the column of its key.
    const end = rest.findIndex((line) => indent(line) <= margin && !line.startsWith('- ', margin))
    lines = end < 0 ? rest : rest.slice(0, end)
  }
  return lines
}

/** The scalars of a mapping; other values appear as empty text. */
export function mappingAt(yaml: string, ...path: readonly string[]): Record<string, string> {
  const lines = linesBelow(yaml, path)
  const margin = indent(lines[0] ?? '')
  const pairs = lines
    .filter((line) => indent(line) === margin && !line.startsWith('- ', margin))
    .map((line) => /^([^:]+):(.*)$/.exec(line.trim()) ?? [])
  return Object.fromEntries(pairs.map(([, name, value]) => [name ?? '', scalar(value ?? '')]))
}

/** The scalars of a list. */
export function listAt(yaml: string, ...path: readonly string[]): string[] {
  return linesBelow(yaml, path)
    .map((line) => /^ *- (.*)$/.exec(line)?.[1])
    .filter((item) => item !== undefined)
    .map(scalar)
}

function indent(line: string): number {
  return line.length - line.trimStart().length
}

function scalar(text: string): string {
  const trimmed = text.trim()
  return /^(['"]).*\1$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed
}
