// The texts around the conversation of an open room: header, strip of the running answer, notices, connection status.

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
      'Paused: the server’s storage is full. The room continues when there is space again. You can still stop answers.',
    storageAway:
      'Paused: the server can’t reach its storage. Nothing is lost; the room continues automatically.',
    storageFullUnopened:
      'The server’s storage is full. The room opens automatically when there is space again.',
    storageAwayUnopened:
      'The server can’t reach its storage. The room opens automatically when it’s back.',
  },
  notice: {
    simulated: 'Simulated Claude: no API key is set, so answers are made up.',
    outdated: 'Some of this room can’t be shown. This page may be outdated; reload it.',
    reload: 'Reload',
    stuck:
      'Couldn’t load part of the page. There may be a new version, or you may be offline. Your draft is saved.',
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
    stopWaits: 'Stop pending…',
    stopWhy: 'Stop with a reason',
  },
  /** Why a press had no effect. */
  missed: {
    another: 'Another answer just started, so nothing was stopped. Press again to stop this one.',
    ended: 'The answer just ended, so nothing was stopped.',
    moved: 'The page just changed, so nothing was done. Press again.',
  },
  face: {
    opening: 'Opening room…',
    cannotOpenYet: 'This room can’t be opened right now',
  },
}
