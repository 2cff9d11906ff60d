// Every state of the page, in stories. Each is checked for accessibility and drawn for the gallery.
import { ANSWERS } from './answering.ts'
import { SURROUNDINGS } from './around.ts'
import { COMING } from './coming.ts'
import type { Story } from './state.ts'
import { TALK } from './talking.ts'
import { TROUBLE } from './trouble.ts'

export const STORIES: readonly Story[] = [
  ...COMING,
  ...ANSWERS,
  ...TALK,
  ...SURROUNDINGS,
  ...TROUBLE,
]
