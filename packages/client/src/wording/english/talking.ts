// The texts for talking in a room: the composer, messages and their actions, and the queue.
import { ordinal } from './ordinal.ts'

const kilobytes = (bytes: number): string => `${Math.ceil((bytes / 1024) * 10) / 10} kB`

export const talking = {
  claude: 'Claude',
  composer: {
    label: 'Message',
    askPlaceholder: 'Ask Claude…',
    queuePlaceholder: 'Queue a question…',
    sayPlaceholder: 'Message the room…',
    /** The label of the switch between the two recipients below; when it is on, the message asks Claude. */
    whom: 'Ask Claude',
    toClaude: ['Ask', 'Claude'],
    toRoom: ['Room', 'only'],
    /** The label of the button; on a small screen only one word of the pair is shown. */
    ask: ['Ask', 'Claude'],
    queue: ['Add', 'to queue'],
    say: ['Send', ''],
    enterSends: 'Enter to send · Shift+Enter for a new line',
    enterBreaks: 'Ctrl+Enter to send · Enter for a new line',
    notSent: (why: string): string => `Not sent: ${why}`,
    tooLong: (size: number, limit: number): string =>
      // `kilobytes` rounds up, so that a size over the limit never reads as equal to it.
      `This message is too long: ${kilobytes(size)} of at most ${kilobytes(limit)}.`,
    size: (size: number, limit: number): string => `${kilobytes(size)} of ${kilobytes(limit)}`,
    sendAgain: 'you can send it again now.',
    tooLate: 'Too late to stop: the answer just ended.',
  },
  mention: {
    list: 'People to mention',
    claude: 'asks Claude',
  },
  model: {
    pick: 'Model for this question',
    ofRoom: (name: string): string => `The room’s model (${name})`,
  },
  quote: {
    remove: 'Remove quote',
    jump: (name: string): string => `Show the message from ${name}`,
  },
  said: {
    asks: 'Asks Claude',
    next: 'Next up',
    queued: (place: number): string => `${ordinal(place)} in queue`,
    withdrawn: 'Deleted from the queue',
    edited: 'Edited',
    editedAt: (time: string): string => `Edited ${time}`,
    unknown: 'Someone',
    unreadable: 'This message can’t be shown.',
    retracted: (name: string): string => `Deleted by ${name}`,
  },
  actions: {
    label: 'Message actions',
    more: 'More actions',
    copy: 'Copy',
    copied: 'Copied',
    notCopied: 'Couldn’t copy: the browser blocked it',
    quote: 'Quote',
    link: 'Copy link',
    linked: 'Link copied',
    edit: 'Edit',
    retract: 'Delete',
    retractSure: 'Delete for everyone?',
    keep: 'Cancel',
    retry: 'Ask again',
    continue: 'Continue',
  },
  editor: {
    label: 'Your message',
    save: 'Save',
    saving: 'Saving…',
    waits: 'Will save when you’re back online',
    cancel: 'Cancel',
    hint: 'Enter to save · Escape to cancel',
    empty: 'Write something, or delete the message.',
    notSaved: (why: string): string => `Not saved: ${why}`,
  },
  waiting: {
    sending: 'Sending…',
    untilLinked: 'Will send when you’re back online',
    untilSaved: 'Will send when the server can save it',
    takeBack: 'Delete',
  },
  queue: {
    label: 'Queued questions',
    held: (name: string | null): string =>
      name === null ? 'The queue is paused' : `Paused because ${name} stopped the answer`,
    crowded:
      'Waiting for capacity: you, your network or this server has reached the limit of running answers. The next question starts automatically, or sooner if you stop an answer.',
    resume: 'Resume',
    next: 'Next up',
    summary: (count: number): string =>
      count === 1 ? '1 question queued' : `${count} questions queued`,
    edit: 'Edit question',
    withdraw: 'Delete question',
  },
  typing: (names: readonly string[]): string => {
    const [first, second] = names
    if (first === undefined) return ''
    if (second === undefined) return `${first} is typing…`
    return names.length === 2
      ? `${first} and ${second} are typing…`
      : `${names.length} people are typing…`
  },
}
