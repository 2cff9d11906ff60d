// What is said by parts of the page that are loaded later: one file for each.
import { announce } from './announce.ts'
import { dialogs } from './dialogs.ts'
import { pages } from './pages.ts'
import { people } from './people.ts'
import { preferences } from './preferences.ts'
import { rooms } from './rooms.ts'
import { search } from './search.ts'

export const laterEnglish = { ...dialogs, announce, pages, people, preferences, rooms, search }
