// The list of my rooms, beside a room and on the start page.
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
  something: 'something is new',
  mention: 'you were mentioned',
  find: 'Find a room',
  findHint: 'Title of a room',
  nothing: 'No room of yours is called that.',
  none: 'No rooms yet.',
  settings: 'Settings',
  shortcuts: 'Keyboard shortcuts',
  unreadable: 'Your rooms cannot be read just now. They are safe, and appear here by themselves.',
  stale: 'This list cannot be read just now and may be out of date.',
}
