/**
 * The version of the wire contract. The handshake carries it; a client of another version is told to
 * reload. `protocol.test.ts` pins a hash of every schema to it. If the shape changes, bump it and add a line here.
 *
 * 1 - first version (0.1.0); since then the update `storage`; commands `edit`, `retract`, `configure`,
 *     `remove`, `look` with their entries; quotes, mentions and a model with a message; `look` in presence;
 *     `days` with an invite; entries `invite-made`, `invites-ended`, the settings `inviters` and `thinking`
 */
export const PROTOCOL_VERSION = 1

/**
 * The version of a stored RoomState. A checkpoint of another version is ignored: the room is folded from its entries once.
 * Raise it when `reduce` starts to keep something new.
 *
 * 2 - invites, inviters, thinking
 */
export const CHECKPOINT_VERSION = 2
