// A press is for what was on the screen when the person aimed. Where another answer has taken its place meanwhile, or has
// just come, the press does nothing, and says so.
import type { Clock } from '@roomcast/shared/clock'
import { type InjectionKey, type Ref, ref, watch } from 'vue'

/** So long after a change can be seen, a press was still aimed at what was there before, ms. */
export const MOMENT_MS = 500

export interface Aim {
  /** It has changed a moment ago. */
  readonly fresh: Readonly<Ref<boolean>>
  /** A press begins, of a key or of a pointer: it is for what is there now. */
  readonly note: (byKey: boolean) => void
  /** The press is over. */
  readonly forget: () => void
  /** Whether a press that is done now was aimed at what is there now; where not, `missed` is called. */
  readonly hits: () => boolean
}

/** Provided where a room is shown: whether something there has just come or gone. */
export const JUST_MOVED: InjectionKey<Readonly<Ref<boolean>>> = Symbol('just moved')

interface AimOptions {
  readonly clock: Clock
  /** Somebody can see the page: what changed before is seen only then. */
  readonly visible: Readonly<Ref<boolean>>
  readonly missed: () => void
  /** Keys hit always: what has the focus keeps it, wherever it moves. */
  readonly keysHit?: boolean
}

/** @param what names the thing that presses are for, as it is on the screen */
export function useAim(
  what: () => string,
  { clock, visible, missed, keysHit = false }: AimOptions,
): Aim {
  const fresh = ref(false)
  let noted: { readonly what: string; readonly byKey: boolean } | null = null
  let settle = (): void => undefined
  const begin = (): void => {
    settle()
    fresh.value = true
    settle = visible.value ? clock.after(MOMENT_MS, () => (fresh.value = false)) : () => undefined
  }
  // At once, so that no press comes between; the page is drawn in the same turn.
  watch(what, begin, { flush: 'sync' })
  watch(visible, () => fresh.value && begin(), { flush: 'sync' })
  return {
    fresh,
    note: (byKey) => void (noted = { what: what(), byKey }),
    forget: () => void (noted = null),
    hits() {
      if (keysHit && noted?.byKey) return true
      const isSame = !fresh.value && (noted === null || noted.what === what())
      if (!isSame) missed()
      return isSame
    },
  }
}

/** Has these hear of every press on the page before anybody acts on it. @returns ends it */
export function notePresses(page: EventTarget, clock: Clock, aims: readonly Aim[]): () => void {
  const listening = new AbortController()
  const options = { capture: true, signal: listening.signal }
  const note = (event: Event): void => {
    if ('repeat' in event && event.repeat === true) return
    for (const aim of aims) aim.note(event.type === 'keydown')
  }
  // A key that is let go may press a button first.
  const over = (): void =>
    void clock.after(0, () => {
      for (const aim of aims) aim.forget()
    })
  for (const type of ['pointerdown', 'keydown']) page.addEventListener(type, note, options)
  for (const type of ['click', 'keyup', 'pointercancel']) page.addEventListener(type, over, options)
  return () => listening.abort()
}
