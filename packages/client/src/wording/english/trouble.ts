// What is said when something went wrong that only the page knows of; of the rest the server tells.
export const trouble = {
  unreachable: 'The server cannot be reached. Check the connection and try again.',
  unreadable: 'The server answered something this page does not understand. Reload it.',
  unexpected: 'Something went wrong on this page.',
  senseless: 'The server gave an answer that makes no sense.',
  roomLeft: 'The room was left.',
}
