// What the conversation says around its messages.
const day = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' })
const dayOfYear = new Intl.DateTimeFormat('en', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export const log = {
  label: 'Conversation',
  earlier: 'Show earlier messages',
  tryAgain: 'Try again',
  emptyTitle: 'Nothing has been said yet',
  emptyText:
    'Ask Claude something, or invite others first: they will see the answer as it is written.',
  older: 'You are reading older messages',
  backToNow: 'Back to now',
  notHere: 'That message is not in this room any more.',
  messageBy: (author: string, time: string): string => `${author}, ${time}`,
  replyTo: (name: string, time: string): string => `Claude to ${name}, ${time}`,
  unread: (count: number, more: boolean): string =>
    `New since you left · ${count}${more ? '+' : ''}`,
  firstUnread: (count: number, more: boolean): string =>
    `${count}${more ? '+' : ''} new since you left`,
  /** On the button that leads back to the end. */
  newBelow: (count: number, more: boolean): string => `${count}${more ? '+' : ''} new`,
  answering: 'Claude is answering',
  jump: 'Jump to latest',
  /** A day as a heading. `ago`: how many days before today. */
  day: (date: Date, ago: number, now: Date): string => {
    if (ago === 0 || ago === 1) return capital(relative.format(-ago, 'day'))
    return (date.getFullYear() === now.getFullYear() ? day : dayOfYear).format(date)
  },
}
