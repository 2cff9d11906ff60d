// What fills the page when there is no room to show: why, and the one thing to do about it.
import type { ErrorBody } from '@roomcast/shared/protocol'

export interface Face {
  readonly title: string
  readonly text: string
  readonly action: 'name' | 'reload' | 'home'
}

/** The face of a room that does not let this client in. */
export function refusedFace(error: ErrorBody): Face {
  switch (error.code) {
    case 'unauthenticated':
      return { title: 'Who are you?', text: 'Give a name to go on.', action: 'name' }
    case 'protocol-version':
      return {
        title: 'There is a new version',
        text: 'This page is older than the server. Reload it to go on; what you have written is kept.',
        action: 'reload',
      }
    case 'room-not-found':
      return {
        title: 'No such room',
        text: 'It does not exist, or you are not a member of it. Ask someone in it for an invite.',
        action: 'home',
      }
    default:
      return { title: 'The room cannot be opened', text: error.message, action: 'reload' }
  }
}
