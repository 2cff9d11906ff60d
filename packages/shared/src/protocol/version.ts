/**
 * The version of the wire contract. The handshake carries it; a client of another version is told to
 * reload. `protocol.test.ts` pins a hash of every schema to it: change the shape, bump this, add a line.
 *
 * 1 - first version (0.1.0); since then the update `storage`; commands `edit`, `retract`, `configure`,
 *     `remove`, `look` with their entries; quotes, mentions and a model with a message; `look` in presence;
 *     `days` with an invite
 */
export const PROTOCOL_VERSION = 1
