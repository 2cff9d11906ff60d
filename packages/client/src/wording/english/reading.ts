// What is said about an answer while it is read: its thinking, code, tables, formulas, pictures.
export const reading = {
  claude: 'Claude',
  /** Behind an answer's author: whose question it answers. */
  answersTo: (name: string) => ` → ${name}`,
  modes: { answer: null, retry: 'Retry', continue: 'Continued' },
  thinking: (time: string) => `Claude is thinking, ${time}`,
  waiting: (time: string) => `Waiting for Claude, ${time}`,
  wasThinking: 'Claude was thinking',
  hadNotBegun: 'Claude had not begun',
  paused: (last: string) => `Paused. ${last}`,
  thoughts: 'Thoughts',
  thoughtFor: (time: string) => `Thought for ${time}`,
  code: 'Code',
  plainCode: 'text',
  copyCode: 'Copy code',
  wrap: 'Wrap',
  wrapLines: 'Wrap long lines',
  table: 'Table',
  copyTable: 'Copy table as Markdown',
  formula: 'Formula',
  taskDone: 'Done',
  taskOpen: 'To do',
  image: 'image',
  /** A picture is never loaded: what it shows, and where it would come from. */
  imageAt: (name: string, place: string) => `${name} (${place})`,
  showSource: 'Show source',
  showFormatted: 'Show formatted',
} as const
