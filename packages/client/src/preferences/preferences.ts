// What the person at this browser prefers. Kept here, the same in all tabs and rooms, and never sent anywhere.
import { computed, type ComputedRef, shallowRef } from 'vue'
import * as v from 'valibot'

/** What may be chosen: a kept value that is none of this counts as not chosen. */
const choices = {
  /** Enter sends and Shift+Enter makes a new line; otherwise Enter makes one, and Ctrl/⌘+Enter sends. */
  enterSends: v.boolean(),
  /** Escape, twice, in the composer or the conversation stops the answer, for everyone. */
  escapeStops: v.boolean(),
  theme: v.picklist(['system', 'light', 'dark']),
  /** What a screen reader is told of an answer besides its beginning and end. */
  announce: v.picklist(['events', 'answers', 'sentences']),
  /** Notifications while the page is out of sight; the browser has to allow them too. */
  notify: v.boolean(),
} as const

type Choices = typeof choices
export type Preferences = { readonly [K in keyof Choices]: v.InferOutput<Choices[K]> }
type Preference = keyof Preferences

const KEY = 'preferences'

/** Fingers instead of a mouse: Enter is the only way to a new line there, and the button is right at hand. */
export const isTouch = matchMedia('(hover: none) and (pointer: coarse)').matches

const DEFAULTS: Preferences = {
  enterSends: !isTouch,
  escapeStops: true,
  theme: 'system',
  announce: 'events',
  notify: false,
}

const chosen = shallowRef(read())

/** What holds now; follows choices made in other tabs. */
export const preferences: ComputedRef<Preferences> = computed(() => ({
  ...DEFAULTS,
  ...chosen.value,
}))

/** Chooses, for all tabs and for later. A browser that stores nothing keeps it for this page. */
export function prefer<K extends Preference>(key: K, value: Preferences[K]): void {
  chosen.value = { ...chosen.value, [key]: value }
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen.value))
  } catch {
    // ignored because: it holds for this page nevertheless.
  }
}

function read(): Partial<Preferences> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown> | null
    const valid = Object.entries(choices).filter(([key, schema]) => v.is(schema, kept?.[key]))
    return Object.fromEntries(valid.map(([key]) => [key, kept?.[key]]))
  } catch {
    // ignored because: what cannot be read was not chosen.
    return {}
  }
}

window.addEventListener('storage', ({ key }) => {
  if (key === KEY) chosen.value = read()
})
