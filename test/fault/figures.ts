// What a node says of itself at /metrics, and how large a test is to be.

/** Whether the sizes that the promises speak of are played, and not only what fits into every run. */
export const isFullScale = process.env['FAULT_SCALE'] === 'full'

/** The sum of a figure over all its labels; 0 when it is not there. */
export async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0)
}

/** Prints a line of figures, so that a run leaves them behind. */
export function print(what: string, figures: Readonly<Record<string, number | string>>): void {
  const parts = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${what}: ${parts.join(', ')}\n`)
}
