// The metrics of a node at /metrics, and the scale of a test.

/** Whether to use the sizes of the promises, and not only those that fit into every run. */
export const isFullScale = process.env['FAULT_SCALE'] === 'full'

/** The sum of a metric over all its labels; 0 if it is absent. */
export async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0)
}

/** Prints a line of figures for the record. */
export function print(what: string, figures: Readonly<Record<string, number | string>>): void {
  const parts = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${what}: ${parts.join(', ')}\n`)
}
