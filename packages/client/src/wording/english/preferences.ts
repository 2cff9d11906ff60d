// What a reader chooses for this browser, and the keys there are.
export const preferences = {
  title: 'Settings',
  thisBrowser: 'For this browser only.',
  theme: 'Appearance',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  announce: 'Screen reader announcements',
  announceHint: 'What is said aloud while Claude answers. Events are always said.',
  announcements: {
    events: 'Events',
    answers: 'Finished answers',
    sentences: 'Every sentence',
  },
  notify: 'Notifications',
  notifyHint:
    'When this page is out of sight and Claude has answered you, or somebody mentions you.',
  notifyDenied: 'This browser does not allow them for this page; its own settings can change that.',
  keys: 'Keys',
  enterSends: 'Enter sends the message',
  enterSendsHint: 'Otherwise Ctrl+Enter does.',
  escapeStops: 'Escape, pressed twice, stops the answer for everyone',
  shortcuts: {
    title: 'Keyboard shortcuts',
    groups: [
      {
        name: 'Anywhere',
        keys: [
          ['Ctrl+K', 'Find a room'],
          ['Alt+Shift+↑ ↓', 'Next room with something new'],
          ['F6, Shift+F6', 'Next part of the page'],
          ['Ctrl+Shift+F or /', 'Search in the room'],
          ['Alt+Shift+M', 'To the message field'],
          ['Alt+Shift+C', 'Copy the last answer'],
          ['Ctrl+.', 'Stop the answer for everyone, at once'],
          ['Ctrl+/ or ?', 'This list'],
        ],
      },
      {
        name: 'Writing',
        keys: [
          ['Enter', 'Send'],
          ['Shift+Enter', 'New line'],
          ['Ctrl+Enter', 'Send, always'],
          ['↑', 'Edit the last own message, when the field is empty'],
          ['Escape twice', 'Stop the answer for everyone'],
        ],
      },
      {
        name: 'In the conversation',
        keys: [
          ['↑ ↓ Home End', 'From message to message'],
          ['Q', 'Quote'],
          ['C', 'Copy'],
          ['R', 'Retry'],
          ['J', 'Jump to the latest'],
        ],
      },
    ],
  },
}
