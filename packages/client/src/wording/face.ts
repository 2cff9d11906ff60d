// What fills the page when there is no room to show: why, and the one thing to do about it.
import type { ErrorBody, Member } from '@roomcast/shared/protocol'
import { words } from './language.ts'

export interface Face {
  readonly title: string
  readonly text: string
  /** `wait`: it goes on by itself. */
  readonly action: 'name' | 'reload' | 'home' | 'wait'
}

/**
 * The face of a room that does not let this client in.
 * @param known whether the room had been open on this screen
 * @param gone how this member has left it, if so
 */
export function refusedFace(
  error: ErrorBody,
  known = false,
  gone: Member['gone'] = undefined,
): Face {
  const said = words.shell.face
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
      return { title: said.cannotOpen, text: error.message, action: 'reload' }
  }
}

/** The face of a room that has not been opened yet and cannot be now. @param why a sentence about it */
export function waitingFace(why: string): Face {
  return { title: words.shell.face.cannotOpenYet, text: why, action: 'wait' }
}
