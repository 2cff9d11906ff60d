// The placeholder that fills the page when a room refuses the member: the reason, and the one thing to do about it.
import type { ErrorBody, Member } from '@roomcast/shared/protocol'
import { refusalText } from '../api/api-error.ts'
import { refusalWords } from '../wording/on-demand/refusal.ts'

interface Face {
  readonly title: string
  readonly text: string
  readonly action: 'name' | 'reload' | 'home'
}

/** The facts about a refusal that decide the placeholder. */
export interface Refusal {
  readonly error: ErrorBody
  /** The room was open on this screen before. */
  readonly known?: boolean
  /** How this member left the room, if they did. */
  readonly gone?: Member['gone']
}

/** The placeholder for a room that refuses this client. */
export function refusedFace({ error, known = false, gone }: Refusal): Face {
  const said = refusalWords
  switch (error.code) {
    case 'unauthenticated':
      return { title: said.whoAreYou, text: said.whoAreYouText, action: 'name' }
    case 'protocol-version':
      return { title: said.newVersion, text: said.newVersionText, action: 'reload' }
    case 'removed':
      return gone === 'left'
        ? { title: said.left, text: said.leftText, action: 'home' }
        : { title: said.removed, text: said.removedText, action: 'home' }
    case 'room-not-found':
      return known
        ? { title: said.deleted, text: said.deletedText, action: 'home' }
        : { title: said.noSuchRoom, text: said.noSuchRoomText, action: 'home' }
    default:
      return { title: said.cannotOpen, text: refusalText(error), action: 'reload' }
  }
}
