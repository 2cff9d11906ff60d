// Problems that only the page itself detects, by their codes; the server sends the sentences for all others.
export const trouble = {
  unreachable: 'Can’t reach the server. Check your connection and try again.',
  unreadable: 'Unexpected response from the server. Reload the page.',
  unexpected: 'Something went wrong on this page.',
  'room-left': 'You left this room.',
  'message-too-long': 'This message is too long.',
  'too-large': 'This message is too large.',
  'protocol-version': 'Reload the page to use the current version.',
}
