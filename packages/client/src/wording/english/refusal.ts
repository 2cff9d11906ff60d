// Why a room does not let this page in.
export const refusal = {
  whoAreYou: 'Who are you?',
  whoAreYouText: 'Give a name to go on.',
  goOn: 'Go on',
  newVersion: 'There is a new version',
  newVersionText:
    'This page is older than the server. Reload it to go on; what you have written is kept.',
  noSuchRoom: 'No such room',
  noSuchRoomText:
    'It does not exist, or you are not a member of it. Ask someone in it for an invite.',
  deleted: 'This room was deleted',
  deletedText: 'Its owner has removed it for good, with everything that was said in it.',
  removed: 'You were removed from this room',
  removedText: 'Its owner has taken you out of it.',
  left: 'You have left this room',
  leftText: 'An invite lets you in again.',
  cannotOpen: 'The room cannot be opened',
  toStart: 'To the start page',
  draft: 'Not sent, to be copied',
}
