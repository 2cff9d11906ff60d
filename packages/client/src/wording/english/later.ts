// What is said around the conversation of a room, and by the lists of rooms.
import { announce } from './announce.ts'
import { people } from './people.ts'
import { rooms } from './rooms.ts'

export const laterEnglish = { announce, people, rooms }
