// A press is meant for the target that was on the screen when the person aimed. If another target has replaced it in the
// meantime, or has only just appeared, the press does nothing and the page says so.
import type { Clock } from '@roomcast/shared/clock'
import { type InjectionKey, type Ref, ref, watch } from 'vue'

/** A press within this time after a visible change was still aimed at the previous target, ms. */
export const MOMENT_MS = 500

export interface Aim {
  /** The target changed a moment ago. */
  readonly fresh: Readonly<Ref<boolean>>
  /** A press of a key or a pointer begins: it is meant for the current target. */
  readonly note: (byKey: boolean) => void
  /** The press is over. */
  readonly forget: () => void
  /** Whether a press that completes now was aimed at the current target. If not, `missed` is called. */
  readonly hits: () => boolean
}

/** Provided by the page of a room: whether something in it has just appeared or disappeared. */
export const JUST_MOVED: InjectionKey<Readonly<Ref<boolean>>> = Symbol('just moved')

interface AimOptions {
  readonly clock: Clock
  /** The page is visible. A change made while it was hidden is seen only when it becomes visible. */
  readonly visible: Readonly<Ref<boolean>>
  readonly missed: () => void
  /** Key presses always hit: a focused element keeps the focus wherever it moves. */
  readonly keysHit?: boolean
}

/** @param what identifies the target of presses as it is on the screen now */
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
  // Synchronous, so that no press can come in between; the page is drawn in the same turn.
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

/** Tells the aims about every press on the page before other listeners act on it. @returns a function that stops this */
export function notePresses(page: EventTarget, clock: Clock, aims: readonly Aim[]): () => void {
  const listening = new AbortController()
  const options = { capture: true, signal: listening.signal }
  const note = (event: Event): void => {
    if ('repeat' in event && event.repeat === true) return
    for (const aim of aims) aim.note(event.type === 'keydown')
  }
  // Releasing a key may press a button first.
  const over = (): void =>
    void clock.after(0, () => {
      for (const aim of aims) aim.forget()
    })
  for (const type of ['pointerdown', 'keydown']) page.addEventListener(type, note, options)
  for (const type of ['click', 'keyup', 'pointercancel']) page.addEventListener(type, over, options)
  return () => listening.abort()
}
