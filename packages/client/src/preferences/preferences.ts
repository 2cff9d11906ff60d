// The preferences of the person at this browser. They are stored here, shared by all tabs and rooms, and never sent anywhere.
import { computed, type ComputedRef, shallowRef } from 'vue'
import * as v from 'valibot'

/** The allowed values; any other stored value counts as unset. */
const choices = {
  /** Enter sends and Shift+Enter makes a new line; otherwise Enter makes one, and Ctrl/⌘+Enter sends. */
  enterSends: v.boolean(),
  /** Escape, twice, in the composer or the conversation stops the answer, for everyone. */
  escapeStops: v.boolean(),
  theme: v.picklist(['system', 'light', 'dark']),
  /** What a screen reader announces of an answer besides its beginning and end. */
  announce: v.picklist(['events', 'answers', 'sentences']),
  /** Notifications while the page is hidden; the browser must allow them too. */
  notify: v.boolean(),
} as const

type Choices = typeof choices
export type Preferences = { readonly [K in keyof Choices]: v.InferOutput<Choices[K]> }
type Preference = keyof Preferences

const KEY = 'preferences'

/** A touch screen, where Enter is the only way to start a new line and the send button is within reach. */
export const isTouch = matchMedia('(hover: none) and (pointer: coarse)').matches

const DEFAULTS: Preferences = {
  enterSends: !isTouch,
  escapeStops: true,
  theme: 'system',
  announce: 'events',
  notify: false,
}

const chosen = shallowRef(read())

/** The current preferences, including changes made in other tabs. */
export const preferences: ComputedRef<Preferences> = computed(() => ({
  ...DEFAULTS,
  ...chosen.value,
}))

/** Sets a preference for all tabs and later visits, or only for this page if the browser stores nothing. */
export function prefer<K extends Preference>(key: K, value: Preferences[K]): void {
  chosen.value = { ...chosen.value, [key]: value }
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen.value))
  } catch {
    // ignored because: the preference still applies to this page.
  }
}

function read(): Partial<Preferences> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown> | null
    const valid = Object.entries(choices).filter(([key, schema]) => v.is(schema, kept?.[key]))
    return Object.fromEntries(valid.map(([key]) => [key, kept?.[key]]))
  } catch {
    // ignored because: unreadable preferences count as unset.
    return {}
  }
}

window.addEventListener('storage', ({ key }) => {
  if (key === KEY) chosen.value = read()
})
