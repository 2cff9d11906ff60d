// The texts of the parts around a conversation and of the lists of rooms.
import { announce } from './announce.ts'
import { people } from './people.ts'
import { rooms } from './rooms.ts'

export const laterEnglish = { announce, people, rooms }
