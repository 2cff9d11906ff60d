// Decides when code is coloured: never while the text around it is painted, at most every 120 ms while it grows, and only
// after it has grown by an eighth, so that the work stays linear in its length. One block at a time, each in a turn of its
// own, since a room may open with dozens of blocks.
import { onMounted, onScopeDispose, shallowRef, type ShallowRef, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { useDeferredWork } from './deferred-work.ts'
import { useColourShare } from './colour-share.ts'
import type { Colour } from './highlight.ts'

/** Characters. Longer code stays in one colour, since colouring it would stall the page. */
export const COLOUR_LIMIT = 20_000
/** Characters coloured first, and the growth factor for each further turn, as long as that does not take too long. */
const FIRST = 1_000
const STEP = 1.5
/** The longest acceptable run, ms. Some grammars take a hundred times as long for code that is written to be slow. */
const LONGEST_MS = 50
/** Elements of one coloured block. */
const MOST_ELEMENTS = 1_000
const PACE_MS = 120
const GROWTH = 1.125

export interface Coloured {
  /** The beginning of the code that is coloured. */
  readonly text: string
  readonly colours: readonly Colour[]
}

interface Code {
  readonly code: string
  readonly language: string
  readonly open: boolean
}

/** The colours of the code so far; null if there are none, or none yet. */
export function useColours(now: () => Code): Readonly<ShallowRef<Coloured | null>> {
  const coloured = shallowRef<Coloured | null>(null)
  let cancel: (() => void) | null = null
  let gone = false
  const share = useColourShare()
  const deferred = useDeferredWork()
  /** Whether this block counts towards the allowance, and the number of its elements once coloured. */
  let [counted, elements] = [false, 0]

  /** The text coloured last, and how long that took. */
  let last = { text: '', ms: 0 }
  let wasLong = false

  const colour = async (): Promise<void> => {
    const { highlight } = await import('./highlight.ts')
    const { code, language } = now()
    if (gone || code.length > COLOUR_LIMIT || (!counted && share.blocks <= 0)) return
    if (!counted) share.blocks -= 1
    counted = true
    if (!code.startsWith(last.text)) last = { text: '', ms: 0 }
    const text = code.slice(0, Math.max(FIRST, last.text.length * STEP))
    // The time may grow with the square of the length. A single slow run of a short text may be due to the machine.
    const isLong = last.ms * (text.length / (last.text.length || 1)) ** 2 > LONGEST_MS
    if (isLong && (wasLong || last.text.length >= FIRST)) return
    wasLong ||= isLong
    const began = browserClock.now()
    const colours = highlight(text, language)
    last = { text, ms: browserClock.now() - began }
    const more = (colours ? elementsOf(colours) : 0) - elements
    if (elements + more > MOST_ELEMENTS || more > share.elements) return
    share.elements -= more
    elements += more
    coloured.value = colours && { text, colours }
    if (colours && text.length < code.length) deferred.slowly(colour)
  }
  const look = (): void => {
    cancel = null
    const { code, open } = now()
    const known = coloured.value?.text ?? ''
    if (open && code.startsWith(known) && code.length < known.length * GROWTH) return
    deferred.slowly(colour)
  }
  const plan = (): void => {
    const { code, language } = now()
    if (code.length > COLOUR_LIMIT) coloured.value = null
    else if (language !== '' && code !== coloured.value?.text)
      cancel ??= browserClock.after(PACE_MS, look)
  }

  onMounted(() => watch(now, plan, { immediate: true, deep: 1 }))
  onScopeDispose(() => {
    gone = true
    share.blocks += counted ? 1 : 0
    share.elements += elements
    cancel?.()
  })
  return coloured
}

function elementsOf(colours: readonly Colour[]): number {
  return colours.reduce(
    (sum, colour) => sum + (typeof colour === 'string' ? 0 : 1 + elementsOf(colour.children)),
    0,
  )
}
