// The texts of the dialogs and menus of a room.
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
    why: 'Reason (everyone sees it)',
    example: 'Wrong question',
    quick: ['Already answered', 'Off track', 'Too long'],
    stop: 'Stop for everyone',
    ended: 'That answer has already ended. Nothing was stopped.',
    close: 'Close',
  },
  invite: {
    title: 'Invite to this room',
    text: 'Anyone with this link can read, post and stop answers.',
    link: 'Invite link',
    share: 'Share',
    scan: 'Or scan it with a phone',
    code: 'QR code of the invite link',
    days: (count: number): string => `Expires in ${count} ${count === 1 ? 'day' : 'days'}.`,
    hereOnly:
      'This link works only on this computer. For other devices, start the server with HOST or PUBLIC_URL set and open it at that address.',
    open: (count: number): string => (count === 1 ? '1 active link' : `${count} active links`),
    made: (at: string, until: string): string => `created ${at}, expires ${until}`,
    end: (count: number): string => (count === 1 ? 'Revoke this link' : 'Revoke all links'),
    endSure: (count: number): string =>
      `Nobody will be able to join with ${count === 1 ? 'it' : 'them'}. Members stay in the room.`,
    keep: 'Cancel',
    ended: 'All invite links of this room were revoked.',
    anew: 'Create a new link',
    shareTitle: (room: string): string => `Join “${room}” on Roomcast`,
  },
  personal: {
    title: 'Open on another device',
    text: 'Anyone who opens this link is signed in as you. Keep it to yourself.',
    link: 'Your personal link',
    code: 'QR code of your personal link',
  },
  moment: 'One moment…',
  settings: {
    title: 'Room settings',
    about: 'About this room',
    onlyOwner: 'Only the room owner can change these.',
    name: 'Room name',
    model: 'Model',
    defaultModel: (name: string): string => `${name} (default)`,
    price: (input: number, output: number): string =>
      `$${input} in, $${output} out per million tokens`,
    instructions: 'Instructions for Claude',
    instructionsHint:
      'Tell Claude about your team, the purpose of this room, and the style of its answers. Applies from the next answer.',
    thinking: 'Thinking',
    thinkingIs: {
      server: 'Server default',
      on: 'On: Claude thinks first and shows a summary',
      off: 'Off: Claude answers directly',
    },
    inviters: 'Who can invite',
    invitersAre: { all: 'Everyone in the room', owner: 'Only the owner' },
    none: 'None',
  },
  leave: {
    title: 'Leave this room?',
    text: 'It disappears from your list. Your messages stay; you can rejoin by invite.',
    confirm: 'Leave room',
  },
  remove: {
    title: (name: string): string => `Remove ${name}?`,
    text: 'They lose access and can’t rejoin by invite. Their messages stay.',
    confirm: 'Remove',
  },
  delete: {
    title: 'Delete this room permanently?',
    text: 'All messages are deleted for everyone. You can’t undo this. Export the room first if you want to keep a copy.',
    type: (title: string): string => `Type “${title}” to confirm`,
    confirm: 'Delete permanently',
  },
}
