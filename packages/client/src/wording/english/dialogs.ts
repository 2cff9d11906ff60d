// What opens on a press in a room.
import { preferences } from './preferences.ts'
import { search } from './search.ts'

export const dialogs = {
  preferences,
  search,
  menu: {
    invite: 'Invite',
    search: 'Search',
    settings: 'Room settings',
    aboutRoom: 'About this room',
    personal: 'Open on another device',
    markdown: 'Export as Markdown',
    json: 'Export as JSON',
    preferences: 'Settings',
    shortcuts: 'Keyboard shortcuts',
    leave: 'Leave this room',
    delete: 'Delete this room',
  },
  stopReason: {
    why: 'Why, in a few words (everyone sees it)',
    example: 'Wrong question',
    quick: ['Answered already', 'Going the wrong way', 'Too long'],
    stop: 'Stop for everyone',
    ended: 'That answer has ended meanwhile. Nothing was stopped.',
    close: 'Close',
  },
  invite: {
    title: 'Invite to this room',
    text: 'Whoever opens this link can read, write and stop answers here.',
    link: 'Invite link',
    share: 'Share',
    scan: 'Or scan it with a phone',
    code: 'The invite link as a QR code',
    days: (count: number): string => `It is valid for ${count} ${count === 1 ? 'day' : 'days'}.`,
    hereOnly:
      'This link opens on this computer only. For other devices, start the server with HOST or PUBLIC_URL set, and open it by that address.',
    open: (count: number): string => (count === 1 ? '1 link is open' : `${count} links are open`),
    made: (at: string, until: string): string => `made ${at}, valid until ${until}`,
    end: (count: number): string => (count === 1 ? 'End this link' : 'End all links'),
    endSure: (count: number): string =>
      `Whoever has ${count === 1 ? 'it' : 'one'} cannot come in any more. Members stay.`,
    keep: 'Keep',
    ended: 'The links of this room were ended.',
    anew: 'Make a new link',
    shareTitle: (room: string): string => `Join “${room}” on Roomcast`,
  },
  personal: {
    title: 'Open on another device',
    text: 'This link is your key: whoever opens it is you here, and comes to this room. Keep it to yourself.',
    link: 'Your personal link',
    code: 'Your personal link as a QR code',
  },
  moment: 'One moment…',
  settings: {
    title: 'Room settings',
    about: 'About this room',
    onlyOwner: 'Only the owner of the room can change these.',
    name: 'Title',
    model: 'Model',
    defaultModel: (name: string): string => `${name} (default)`,
    price: (input: number, output: number): string =>
      `$${input} in and $${output} out for a million tokens`,
    instructions: 'Instructions to Claude',
    instructionsHint:
      'Who you are, what the room is for, how answers should be. They hold from the next answer on.',
    thinking: 'Claude’s thoughts',
    thinkingIs: {
      server: 'As the server is set',
      on: 'Claude thinks first; a summary is shown',
      off: 'Claude answers without them',
    },
    inviters: 'Who may invite',
    invitersAre: { all: 'Everyone in the room', owner: 'The owner alone' },
    none: 'None',
  },
  leave: {
    title: 'Leave this room?',
    text: 'It goes from your list. What you said stays, and an invite lets you in again.',
    confirm: 'Leave the room',
  },
  remove: {
    title: (name: string): string => `Remove ${name}?`,
    text: 'They see the room no more, and no invite lets them in again. What they said stays.',
    confirm: 'Remove',
  },
  delete: {
    title: 'Delete this room for good?',
    text: 'Everything that was said here is gone for everyone, and cannot be brought back. Export it first if you want to keep it.',
    type: (title: string): string => `Type “${title}” to confirm`,
    confirm: 'Delete for good',
  },
}
