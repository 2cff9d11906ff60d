// The texts of the preferences and the list of keyboard shortcuts.
export const preferences = {
  title: 'Settings',
  thisBrowser: 'For this browser only.',
  theme: 'Appearance',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  announce: 'Screen reader announcements',
  announceHint: 'What’s announced while Claude answers. Events are always announced.',
  announcements: {
    events: 'Events',
    answers: 'Finished answers',
    sentences: 'Every sentence',
  },
  notify: 'Notifications',
  notifyHint: 'When this page is in the background and Claude answers you or someone mentions you.',
  notifyDenied:
    'This browser blocks notifications for this page. Change that in the browser settings.',
  keys: 'Keys',
  enterSends: 'Enter sends the message',
  enterSendsHint: 'If off, use Ctrl+Enter.',
  escapeStops: 'Pressing Escape twice stops the answer for everyone',
  shortcuts: {
    title: 'Keyboard shortcuts',
    groups: [
      {
        name: 'Anywhere',
        keys: [
          ['Ctrl+K', 'Find a room'],
          ['Alt+Shift+↑ ↓', 'Next room with unread messages'],
          ['F6, Shift+F6', 'Next part of the page'],
          ['Ctrl+Shift+F or /', 'Search in the room'],
          ['Alt+Shift+M', 'Go to the message field'],
          ['Alt+Shift+C', 'Copy the last answer'],
          ['Ctrl+.', 'Stop the answer for everyone immediately'],
          ['Ctrl+/ or ?', 'Show keyboard shortcuts'],
        ],
      },
      {
        name: 'Writing',
        keys: [
          ['Enter', 'Send'],
          ['Shift+Enter', 'New line'],
          ['Ctrl+Enter', 'Always send'],
          ['↑', 'Edit your last message (empty field)'],
          ['Escape twice', 'Stop the answer for everyone'],
        ],
      },
      {
        name: 'In the conversation',
        keys: [
          ['↑ ↓ Home End', 'Move between messages'],
          ['Q', 'Quote'],
          ['C', 'Copy'],
          ['R', 'Retry'],
          ['J', 'Jump to latest'],
        ],
      },
    ],
  },
}
