/** Limits that both ends know, so that a client can refuse early instead of being refused by the server. */
export const LIMITS = {
  /** UTF-8 bytes of one message. */
  messageBytes: 64 * 1024,
  /** Characters of a member's name. */
  nameLength: 40,
  /** Characters of a room's title. */
  titleLength: 120,
  /** Characters of a room's instructions to Claude. */
  instructionsLength: 8000,
  /** Characters of the reason given with a stop. */
  reasonLength: 200,
  /** Characters of the passage that a message quotes. */
  quoteLength: 500,
  /** Members that one message may mention. */
  mentions: 50,
  /** Characters of the code that creating a room may require. */
  startCodeLength: 200,
  /** Characters of the id of a model. */
  modelLength: 100,
  /** Questions that may wait in one room, in all and from one member. */
  queueLength: 20,
  queueLengthPerMember: 5,
  /** Invite links of a room that can be open at a time; one more ends the oldest. */
  openInvites: 20,
  /** Messages that a RoomState holds; older ones are paged. */
  windowMessages: 200,
  /** UTF-8 bytes of the ended messages that a RoomState holds. */
  windowBytes: 512 * 1024,
  /** UTF-8 bytes of one reply; a longer one is cut off. */
  replyBytes: 1024 * 1024,
} as const
