// The texts of the pages outside a room.
const people = new Intl.ListFormat('en', { type: 'conjunction' })

export const pages = {
  landing: {
    lead: 'Create a room, invite your team, and ask Claude together. Everyone watches the same answer being written, and anyone can stop it.',
    newRoom: 'New room',
    make: 'Create room',
    about: 'Room name',
    example: 'Design review',
    code: 'Start code',
    codeHint:
      'You need a code to create a room here. Ask the administrator of this server for it. You only need to enter it once.',
    yourRooms: 'Your rooms',
  },
  name: {
    label: 'Your name',
    hint: 'How others will see you',
    youAre: 'Signed in as',
  },
  limit: (count: number): string => `Limit reached: ${count} characters.`,
  invite: {
    documentTitle: 'Invite · Roomcast',
    invited: 'You’re invited to',
    toRoom: 'You’re invited to a room',
    text: 'People in this room talk with Claude together. What should they call you?',
    running: 'Claude is answering now',
    here: (names: readonly string[]): string =>
      names.length === 0
        ? 'Nobody is here right now.'
        : `${people.format(names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more`] : [...names])} ${names.length === 1 ? 'is' : 'are'} here.`,
    join: 'Join room',
    joining: 'Joining…',
    invalid: 'This invite isn’t valid',
    invalidText: 'Part of the link may be missing. Ask the sender for a new one.',
    expired: 'This invite has expired',
    expiredText: 'Ask the sender for a new one.',
    ended: 'This invite was revoked',
    endedText: 'A member of the room revoked it. Ask for a new one.',
    gone: 'This room no longer exists',
    goneText: 'The owner deleted it with all its messages.',
    removed: 'You were removed from this room',
    removedText: 'The owner removed you. You can’t rejoin by invite.',
    problem: 'You can’t join right now',
    again: 'Try again',
  },
  back: {
    documentTitle: 'Personal link · Roomcast',
    title: 'Personal link',
    you: 'You’re',
    replaces: (name: string): string =>
      `in this browser. If you open this link, you’ll be signed in as its owner instead. Save your own personal link first if you want to come back as ${name}.`,
    open: 'Open this link',
    moment: 'One moment…',
  },
  nowhere: {
    title: 'Page not found',
    text: 'Check the address for typos.',
  },
  toStart: 'Go to home page',
}
