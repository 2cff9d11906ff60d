// What stands around the conversation of an open room: header, strip of the running answer, notices, link.

const number = new Intl.NumberFormat('en')

export const shell = {
  room: 'Room',
  untitled: 'Untitled room',
  documentTitle: (title: string): string => `${title} · Roomcast`,
  header: {
    menu: 'Rooms',
    people: (count: number | null): string => (count === null ? 'People' : `People, ${count} here`),
    search: 'Search in this room',
    more: 'More',
    invite: 'Invite',
    you: (name: string): string => `${name} (you)`,
  },
  status: {
    connecting: 'Connecting',
    catchingUp: 'Catching up',
    live: 'Live',
    paused: 'Paused',
    refused: 'Closed',
    offline: 'Offline',
    reconnecting: 'Reconnecting',
    lost: 'Connection lost.',
    restarting: 'The server is restarting.',
    textIsSafe: 'Your text is safe.',
    tryingAgain: 'Trying again…',
    nextTry: (seconds: number): string => `Trying again in ${seconds} s…`,
    storageFull:
      'Paused: the server’s storage is full. It goes on when there is space again; answers can still be stopped.',
    storageAway:
      'Paused: the server cannot reach its storage. What is here is safe; it goes on by itself.',
    storageFullUnopened:
      'The server’s storage is full. The room opens by itself when there is space again.',
    storageAwayUnopened:
      'The server cannot reach its storage just now. The room opens by itself when it is back.',
  },
  notice: {
    simulated: 'Simulated Claude: no API key is set, answers are invented.',
    outdated: 'Something in this room cannot be shown: this page may be too old for it.',
    reload: 'Reload',
    stuck:
      'A part of the page could not be loaded. There may be a new version, or no way to the server. What you have written is kept.',
  },
  strip: {
    label: (name: string): string => `Claude is answering ${name}`,
    claudeTo: 'Claude →',
    watching: (count: number): string => `${count} watching`,
    thinking: (time: string): string => `thinking, ${time}`,
    silent: (time: string): string => `silent for ${time}`,
    written: (time: string, tokens: number): string =>
      `${time} · ~${number.format(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`,
    still: { offline: 'offline', paused: 'paused' },
    stop: 'Stop for everyone',
    stopAgain: 'Press Esc again',
    stopping: 'Stopping…',
    stopWaits: 'Stop is waiting…',
    stopWhy: 'Stop and say why',
  },
  /** Why a press did nothing. */
  missed: {
    another: 'Another answer had just begun: nothing was stopped. Press again to stop this one.',
    ended: 'The answer had just ended: nothing was stopped.',
    moved: 'Something had just changed there: nothing was done. Press again.',
  },
  face: {
    opening: 'The room is being opened',
    cannotOpenYet: 'The room cannot be opened just now',
  },
}
