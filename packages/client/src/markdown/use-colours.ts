// When code is coloured: never while the text around it is painted, at most every 120 ms while it grows, and only
// when it has grown by an eighth, so that the work stays linear in its length. One block at a time, each in a turn of
// its own: a room that opens may have dozens.
import { onMounted, onScopeDispose, shallowRef, type ShallowRef, watch } from 'vue'
import { browserClock } from '../clock.ts'
import type { Colour } from './highlight.ts'

/** Characters. Longer code stays in one colour: a turn of colouring would hold up the page. */
export const COLOUR_LIMIT = 20_000
const PACE_MS = 120
const GROWTH = 1.125

export interface Coloured {
  /** The beginning of the code that the colours are of. */
  readonly text: string
  readonly colours: readonly Colour[]
}

interface Code {
  readonly code: string
  readonly language: string
  readonly open: boolean
}

let turn: Promise<unknown> = Promise.resolve()

/** Does this after everything that was given before, and after what is to be painted. */
function inTurn(work: () => Promise<void>): void {
  const next = () => new Promise<void>((resolve) => browserClock.after(0, resolve)).then(work)
  // ignored because: code without colours is code too; another block tries again.
  turn = turn.then(next).catch(() => null)
}

/** The colours of the code so far; null while, or where, there are none. */
export function useColours(now: () => Code): Readonly<ShallowRef<Coloured | null>> {
  const coloured = shallowRef<Coloured | null>(null)
  let cancel: (() => void) | null = null
  let gone = false

  const colour = async (): Promise<void> => {
    const { highlight } = await import('./highlight.ts')
    const { code, language } = now()
    if (gone || code.length > COLOUR_LIMIT) return
    const colours = highlight(code, language)
    coloured.value = colours && { text: code, colours }
  }
  const look = (): void => {
    cancel = null
    const { code, open } = now()
    const known = coloured.value?.text ?? ''
    if (open && code.startsWith(known) && code.length < known.length * GROWTH) return
    inTurn(colour)
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
    cancel?.()
  })
  return coloured
}
