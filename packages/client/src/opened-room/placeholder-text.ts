// What fills the page when a room does not let it in: why, and the one thing to do about it.
import type { ErrorBody, Member } from '@roomcast/shared/protocol'
import { refusalText } from '../api/api-error.ts'
import { refusalWords } from '../wording/on-demand/refusal.ts'

interface Face {
  readonly title: string
  readonly text: string
  readonly action: 'name' | 'reload' | 'home'
}

/** What is known of it. */
export interface Refusal {
  readonly error: ErrorBody
  /** The room had been open on this screen. */
  readonly known?: boolean
  /** How this member has left it, if so. */
  readonly gone?: Member['gone']
}

/** The face of a room that does not let this client in. */
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
