// The pages before a room.
const people = new Intl.ListFormat('en', { type: 'conjunction' })

export const pages = {
  landing: {
    lead: 'Start a room, invite your team, ask Claude once. Everyone watches the same answer being written, and anyone can stop it.',
    newRoom: 'New room',
    make: 'Make the room',
    about: 'What is it about?',
    example: 'Design review',
    code: 'Start code',
    codeHint: 'Making a room here needs a code. Whoever runs this server has it; it is asked once.',
    yourRooms: 'Your rooms',
  },
  name: {
    label: 'Your name',
    hint: 'As the others will see it',
    youAre: 'You are',
    here: 'here.',
  },
  limit: (count: number): string => `That is the limit: ${count} characters.`,
  invite: {
    documentTitle: 'Invite · Roomcast',
    invited: 'You are invited to',
    toRoom: 'You are invited to a room',
    text: 'People and Claude talk here together. How shall the others call you?',
    running: 'Claude is answering now',
    here: (names: readonly string[]): string =>
      names.length === 0
        ? 'Nobody is here just now.'
        : `${people.format(names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more`] : [...names])} ${names.length === 1 ? 'is' : 'are'} here.`,
    join: 'Join the room',
    joining: 'Joining…',
    invalid: 'This invite is not valid',
    invalidText: 'The link may be cut off. Ask whoever sent it for a new one.',
    expired: 'This invite has expired',
    expiredText: 'Ask whoever sent it for a new one.',
    ended: 'This invite was ended',
    endedText: 'Somebody in the room has ended it. Ask for a new one.',
    gone: 'This room is no longer there',
    goneText: 'It was deleted, with everything in it.',
    removed: 'You were removed from this room',
    removedText: 'Its owner has taken you out of it, and no invite lets you in again.',
    problem: 'You cannot join just now',
    again: 'Try again',
  },
  back: {
    documentTitle: 'Personal link · Roomcast',
    title: 'A personal link',
    you: 'You are',
    replaces: (name: string): string =>
      `in this browser. This link belongs to whoever made it: opened, it makes this browser theirs. Save your own link first if you want to come back as ${name}.`,
    open: 'Open this link',
    moment: 'One moment…',
  },
  nowhere: {
    title: 'There is nothing here',
    text: 'The address may be mistyped.',
  },
  toStart: 'To the start page',
}
