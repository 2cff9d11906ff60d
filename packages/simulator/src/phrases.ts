/**
 * The short sentences between the longer pieces: openings, closings, thoughts, continuations.
 * `%` stands for a few words of the question.
 */

export const NOTICE =
  '*This is a simulated model: the text below was prepared in advance, no Claude was asked, and nothing was paid.*'

export const OPENINGS: readonly string[] = [
  'You wrote “%”. A real answer would look into exactly that; here is something on a neighbouring subject, long enough to watch it being written.',
  '“%” is a good place to start. Let me take it one step at a time.',
  'About “%”: the short version is that it depends, and the longer version is worth reading.',
  'To “%” I would answer with an example, because examples can be checked.',
  'Let me start from your words, “%”, and work outwards.',
]

export const OPENINGS_WITHOUT_QUESTION: readonly string[] = [
  'There was no question in that message, so here is something to read meanwhile.',
  'Let me pick a subject, then.',
]

export const CLOSINGS: readonly string[] = [
  'Anyone in the room can ask for more detail on any of these points, or stop me the next time I go on for too long.',
  'If one part of this matters more to you than the rest, quote it and I will stay there.',
  'That is the outline. Tell me where it does not fit your case.',
  'Shall I turn this into a checklist, or is it clear enough as it stands?',
]

export const GREETINGS: readonly string[] = [
  'Hello! 👋 Ask me anything: everybody in the room sees the answer grow at the same time, and anybody can stop it.',
  'Hello, everyone. What shall we look at together?',
  'Good to see you. Type a question, or try `[simulate: unicode]` if you would like to see how the page copes with difficult text.',
]

export const THOUGHTS: readonly string[] = [
  'The message says %. It is short, so I should not assume too much. I will give a structured answer with one example, and keep the parts separate so that people can respond to each of them.',
  'Several people are reading. The last message is %, and an answer with headings will be easier to discuss than one long paragraph. I will end with a question back to the room.',
  'Looking at %: there is a general part and a practical part. I will begin with the general one, add a table where it helps to compare, and mention what could go wrong.',
]

export const CONTINUATIONS: readonly string[] = [
  ' and from there the rest follows quite naturally. The part that was still missing is the practical one: decide who does the first step, write down when it is done, and look at the result together before starting the second.\n\nTwo things are easy to forget. The first is to say what would make you change your mind; the second is to note what you decided *not* to do, because somebody will propose it again in a month.',
  ' which brings us to the last point. Nothing of what was said so far depends on doing it all at once:\n\n1. take the smallest case that is still interesting,\n2. try it where a mistake costs little,\n3. keep what worked and say plainly what did not.\n\nThat is slower on the first day and faster on every day after it.',
  ' — and that was the thought I was in the middle of. To finish it: the difference is rarely in the idea, and nearly always in how soon you notice that it went wrong. Arrange things so that you notice early, and most of the other choices become matters of taste.',
]
