// The texts of the conversation around its messages.
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
  emptyTitle: 'No messages yet',
  emptyText:
    'Ask Claude a question, or invite others first. Everyone sees the answer as Claude writes it.',
  older: 'You’re viewing older messages',
  backToNow: 'Jump to latest',
  notHere: 'This message is no longer in the room.',
  messageBy: (author: string, time: string): string => `${author}, ${time}`,
  replyTo: (name: string, time: string): string => `Claude to ${name}, ${time}`,
  unread: (count: number, more: boolean): string => `New messages · ${count}${more ? '+' : ''}`,
  firstUnread: (count: number, more: boolean): string => `${count}${more ? '+' : ''} new messages`,
  /** On the button that jumps to the end. */
  newBelow: (count: number, more: boolean): string => `${count}${more ? '+' : ''} new`,
  answering: 'Claude is answering',
  jump: 'Jump to latest',
  /** A day as a heading. `ago`: the number of days before today. */
  day: (date: Date, ago: number, now: Date): string => {
    if (ago === 0 || ago === 1) return capital(relative.format(-ago, 'day'))
    return (date.getFullYear() === now.getFullYear() ? day : dayOfYear).format(date)
  },
}
