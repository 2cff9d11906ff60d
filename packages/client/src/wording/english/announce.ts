// Announcements for screen readers, and the text of notifications.
import { ordinal } from './ordinal.ts'

const number = new Intl.NumberFormat('en')
const plural = new Intl.PluralRules('en')

function counted(count: number, one: string, more: string): string {
  return `${number.format(count)} ${plural.select(count) === 'one' ? one : more}`
}

export const announce = {
  finished: (words: number, blocks: number): string =>
    `Claude finished. ${counted(words, 'word', 'words')}${blocks === 0 ? '' : `, ${counted(blocks, 'code block', 'code blocks')}`}.`,
  answering: (name: string): string => `Claude is answering ${name}.`,
  asked: (name: string): string => `${name} asked Claude.`,
  queued: (name: string, place: number): string =>
    `${name} asked Claude. ${ordinal(place)} in queue.`,
  said: (name: string, text: string): string => `${name}: ${text}`,
  joined: (name: string): string => `${name} joined.`,
  left: (name: string): string => `${name} left.`,
  removed: (name: string): string => `${name} was removed.`,
  renamed: (title: string): string => `The room is now called ${title}.`,
  stopArmed: 'Press Escape again to stop the answer for everyone.',
  lost: 'Connection lost. Reconnecting.',
  back: 'Reconnected.',
  code: (language: string, lines: number): string =>
    `Code block${language === '' ? '' : `, ${language}`}, ${counted(lines, 'line', 'lines')}.`,
  notification: {
    answered: 'Claude answered you.',
    mentioned: (name: string, text: string): string => `${name}: ${text.slice(0, 140)}`,
  },
}
