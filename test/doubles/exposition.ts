// Parses Prometheus' text format strictly: any deviation is an error.
// The format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: readonly Sample[]
  /** The labels of its samples; without `le`, which every histogram has. */
  readonly labels: readonly string[]
}

export interface Exposition {
  readonly text: string
  readonly families: readonly Family[]
  samples(name: string): readonly Sample[]
  /** The value of the one sample with this name and exactly these labels. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary)$`)
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`)
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y

/** @throws Error naming the invalid line */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.')
  const families: (Family & { samples: Sample[] })[] = []
  let help: { name: string; text: string } | null = null
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, helped, words = ''] = HELP.exec(line) ?? []
    const [, typed, type = ''] = TYPE.exec(line) ?? []
    if (helped !== undefined) help = { name: helped, text: words }
    else if (typed !== undefined) {
      if (help?.name !== typed) throw new Error(`No help for ${typed}.`)
      if (families.some(({ name }) => name === typed)) throw new Error(`${typed} comes twice.`)
      families.push({ name: typed, help: help.text, type, samples: [], labels: [] })
    } else {
      const sample = readSample(line)
      const family = families.at(-1)
      if (!family || !belongs(sample, family)) throw new Error(`Out of place: ${line}`)
      family.samples.push(sample)
    }
  }
  const whole = families.map((family) => {
    checkFamily(family)
    const labels = new Set(family.samples.flatMap((sample) => Object.keys(sample.labels)))
    labels.delete('le')
    return { ...family, labels: [...labels] }
  })
  const all = whole.flatMap((family) => family.samples)
  const series = all.map(seriesOf)
  if (new Set(series).size !== series.length) throw new Error('A series comes twice.')
  return {
    text,
    families: whole,
    samples: (name) => all.filter((sample) => sample.name === name),
    value: (name, labels = {}) => {
      const wanted = seriesOf({ name, labels, value: 0 })
      return all.find((sample) => seriesOf(sample) === wanted)?.value
    },
  }
}

function readSample(line: string): Sample {
  const [, name, inner = '', digits = ''] = SAMPLE.exec(line) ?? []
  if (name === undefined) throw new Error(`Not a sample: ${line}`)
  const labels: Record<string, string> = {}
  for (LABEL.lastIndex = 0; LABEL.lastIndex < inner.length;) {
    const [, label = '', value = ''] = LABEL.exec(inner) ?? []
    if (label === '' || label in labels) throw new Error(`Not labels: ${line}`)
    labels[label] = value.replace(/\\(.)/g, (_all, what: string) => (what === 'n' ? '\n' : what))
  }
  return { name, labels, value: readNumber(digits) }
}

function readNumber(digits: string): number {
  if (/^nan$/i.test(digits)) return NaN
  const infinite = /^([+-]?)inf$/i.exec(digits)
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity
  const value = Number(digits)
  if (digits === '' || Number.isNaN(value)) throw new Error(`Not a number: ${digits}`)
  return value
}

function belongs({ name }: Sample, family: Family): boolean {
  if (family.type !== 'histogram') return name === family.name
  return ['_bucket', '_sum', '_count'].some((end) => name === family.name + end)
}

function checkFamily({ name, type, samples }: Family): void {
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${name} is a counter below 0.`)
  if (type !== 'histogram') return
  for (const count of samples.filter((sample) => sample.name === `${name}_count`)) {
    const buckets = samples.filter((sample) => {
      const { le, ...labels } = sample.labels
      return le !== undefined && seriesOf({ ...count, labels }) === seriesOf(count)
    })
    const bounds = buckets.map(({ labels }) => readNumber(labels['le'] ?? ''))
    const isSorted = (values: readonly number[]) =>
      values.every((value, index) => value >= (values[index - 1] ?? -Infinity))
    const counts = buckets.map(({ value }) => value)
    if (bounds.at(-1) !== Infinity || !isSorted(bounds) || !isSorted([...counts, count.value]))
      throw new Error(`The buckets of ${name} do not add up.`)
    if (counts.at(-1) !== count.value) throw new Error(`The last bucket of ${name} is not all.`)
  }
}

function seriesOf({ name, labels }: Sample): string {
  return `${name} ${JSON.stringify(Object.entries(labels).sort())}`
}
