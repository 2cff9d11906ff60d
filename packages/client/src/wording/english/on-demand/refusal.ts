// The texts for a room that refuses this client.
export const refusal = {
  whoAreYou: 'Who are you?',
  whoAreYouText: 'Enter your name to continue.',
  goOn: 'Continue',
  newVersion: 'New version available',
  newVersionText: 'This page is older than the server. Reload it to continue. Your draft is saved.',
  noSuchRoom: 'Room not found',
  noSuchRoomText: 'This room doesn’t exist or you aren’t a member. Ask a member for an invite.',
  deleted: 'This room was deleted',
  deletedText: 'The owner deleted it permanently with all its messages.',
  removed: 'You were removed from this room',
  removedText: 'The owner removed you.',
  left: 'You left this room',
  leftText: 'You can rejoin by invite.',
  cannotOpen: 'This room can’t be opened',
  toStart: 'Go to home page',
  draft: 'Your unsent message (copy it to keep it)',
}
