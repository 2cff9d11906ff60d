// The texts of the list of the member's rooms, beside a room and on the start page.
const newMessages = new Intl.PluralRules('en')

export const rooms = {
  label: 'Rooms',
  start: 'Roomcast',
  newRoom: 'New room',
  liveNow: 'Live now',
  rooms: 'Rooms',
  untitled: 'Untitled room',
  running: 'Claude is answering now',
  unread: (count: number, more: boolean): string =>
    `${more ? 'more than ' : ''}${count} ${newMessages.select(count) === 'one' ? 'new message' : 'new messages'}`,
  unreadCount: (count: number, more: boolean): string => `${count}${more ? '+' : ''}`,
  something: 'unread messages',
  mention: 'you were mentioned',
  find: 'Find a room',
  findHint: 'Room name',
  nothing: 'No matching rooms',
  none: 'No rooms yet.',
  settings: 'Settings',
  shortcuts: 'Keyboard shortcuts',
  unreadable: 'Couldn’t load your rooms. They are safe and will appear here automatically.',
  stale: 'Couldn’t refresh this list. It may be out of date.',
}
