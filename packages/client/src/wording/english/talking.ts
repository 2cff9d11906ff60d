// Talking in the room: the composer, what was said, what can be done with it, and the questions that wait.
const kilobytes = (bytes: number): string => `${Math.ceil((bytes / 1024) * 10) / 10} kB`

export const talking = {
  claude: 'Claude',
  composer: {
    label: 'Message',
    askPlaceholder: 'Ask Claude; everyone watches',
    queuePlaceholder: 'Ask next: it waits in the queue',
    sayPlaceholder: 'Say something to the room',
    /** Whom the message is for: one of the two holds. */
    whom: 'Ask Claude',
    toClaude: ['Ask', 'Claude'],
    toRoom: ['Room', 'only'],
    /** What the button does; of these pairs one word stays where there is little room. */
    ask: ['Ask', 'Claude'],
    queue: ['Queue', 'the question'],
    say: ['Say', 'it'],
    enterSends: 'Enter sends · Shift+Enter new line',
    enterBreaks: 'Ctrl+Enter sends · Enter new line',
    notSent: (why: string): string => `Not sent: ${why}`,
    tooLong: (size: number, limit: number): string =>
      // Rounded up, so that what is over the limit never reads as being at it.
      `The message is too long: ${kilobytes(size)}; at most ${kilobytes(limit)}.`,
    size: (size: number, limit: number): string => `${kilobytes(size)} of ${kilobytes(limit)}`,
    sendAgain: 'it can be sent again now.',
    tooLate: 'Too late to stop: the answer had just ended.',
  },
  mention: {
    list: 'People to call by name',
    claude: 'asks Claude',
  },
  model: {
    pick: 'Model for this question',
    ofRoom: (name: string): string => `The room’s model (${name})`,
  },
  quote: {
    remove: 'Quote nothing',
    jump: (name: string): string => `Show what ${name} said`,
  },
  said: {
    asks: 'Asks Claude',
    next: 'Goes next',
    queued: (place: number): string => `Number ${place} in the queue`,
    withdrawn: 'Withdrawn',
    edited: 'Edited',
    editedAt: (time: string): string => `Edited ${time}`,
    unknown: 'Somebody',
    unreadable: 'This message cannot be shown here.',
    retracted: (name: string): string => `Retracted by ${name}`,
  },
  actions: {
    label: 'With this message',
    more: 'What can be done with this message',
    copy: 'Copy',
    copied: 'Copied',
    notCopied: 'This browser does not let the page copy',
    quote: 'Quote',
    link: 'Copy link',
    linked: 'Link copied',
    edit: 'Edit',
    retract: 'Retract',
    retractSure: 'Retract it for everyone?',
    keep: 'Keep it',
    retry: 'Ask again',
    continue: 'Continue',
  },
  editor: {
    label: 'Your message',
    save: 'Save',
    saving: 'Saving…',
    waits: 'Will be saved when the link is back',
    cancel: 'Cancel',
    hint: 'Enter saves · Escape cancels',
    empty: 'Write something, or retract the message.',
    notSaved: (why: string): string => `Not saved: ${why}`,
  },
  waiting: {
    sending: 'Sending…',
    untilLinked: 'Will be sent when the link is back',
    untilSaved: 'Will be sent when the server can save it',
    takeBack: 'Take back',
  },
  queue: {
    label: 'Questions that wait',
    held: (name: string | null): string =>
      name === null ? 'The queue is on hold' : `On hold since ${name} stopped the answer`,
    crowded:
      'Waiting for a place: as many answers are running as you, your network or this server may have. It goes on by itself, and sooner when you stop one.',
    resume: 'Resume',
    next: 'Next',
    summary: (count: number): string =>
      count === 1 ? 'Next: 1 question' : `Next: ${count} questions`,
    edit: 'Edit this question',
    withdraw: 'Withdraw this question',
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
