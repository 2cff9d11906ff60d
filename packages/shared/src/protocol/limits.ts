/** Limits that both ends know, so that a client can refuse early what the server would refuse anyway. */
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
  /** Characters of the code that making a room may need. */
  startCodeLength: 200,
  /** Characters of the id of a model. */
  modelLength: 100,
  /** Questions that may wait in one room, and of those by one member. */
  queueLength: 20,
  queueLengthPerMember: 5,
  /** Invite links of a room that are open at a time; a newer one ends the oldest. */
  openInvites: 20,
  /** Messages that a RoomState holds; older ones are paged. */
  windowMessages: 200,
  /** UTF-8 bytes of the ended messages that a RoomState holds. */
  windowBytes: 512 * 1024,
  /** UTF-8 bytes of one reply; Claude is cut off there. */
  replyBytes: 1024 * 1024,
} as const
