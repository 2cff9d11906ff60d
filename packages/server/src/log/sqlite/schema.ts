// The tables of the SQLite adapter and how they came to be: one migration per step, never edited once released.
import type { DatabaseSync } from 'node:sqlite'

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE rooms (
    room_id TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    last_offset INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    running INTEGER,
    held INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE entries (
    room_id TEXT NOT NULL,
    entry_offset INTEGER NOT NULL,
    type TEXT NOT NULL,
    subject TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (room_id, entry_offset)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entries_by_subject ON entries (room_id, subject) WHERE subject IS NOT NULL;
  CREATE INDEX entries_of_messages ON entries (room_id, entry_offset)
    WHERE type IN ('message-posted', 'generation-started');

  CREATE TABLE generations (
    room_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    generation_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    fence INTEGER NOT NULL,
    reply_end INTEGER NOT NULL,
    marks TEXT NOT NULL,
    ended TEXT,
    PRIMARY KEY (room_id, number)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX generations_by_id ON generations (room_id, generation_id);

  CREATE TABLE chunks (
    room_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (room_id, number, start)
  ) STRICT;

  CREATE TABLE queue (
    room_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (room_id, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE members (
    room_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (room_id, member_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rooms_by_member ON members (member_id);

  CREATE TABLE commands (
    member_id TEXT NOT NULL,
    command_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    type TEXT NOT NULL,
    first_offset INTEGER NOT NULL,
    last_offset INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (member_id, command_id, room_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX commands_by_age ON commands (at);
  CREATE INDEX commands_by_room ON commands (room_id);

  CREATE TABLE checkpoints (
    room_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state_offset INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE members ADD COLUMN gone TEXT;
  `,
  // With the type: what is looked for last may be behind any number of edits.
  `
  DROP INDEX entries_by_subject;
  CREATE INDEX entries_by_subject ON entries (room_id, subject, type) WHERE subject IS NOT NULL;
  `,
  // Null: all. Whoever joins is checked against the last of the entries that change who may.
  `
  ALTER TABLE rooms ADD COLUMN inviters TEXT;
  CREATE INDEX entries_of_admission ON entries (room_id, entry_offset)
    WHERE type IN ('member-joined', 'member-left', 'invites-ended');
  `,
  `
  CREATE TABLE spent_tokens (
    day TEXT PRIMARY KEY,
    tokens INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
]

/**
 * Brings the tables to the present version.
 * @throws Error when the file was written by a later version of the program
 */
export function migrate(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (row.user_version > MIGRATIONS.length)
    throw new Error(
      `The data was written by a later version of Roomcast (schema ${row.user_version}; this one knows ${MIGRATIONS.length}).`,
    )
  for (let version = row.user_version; version < MIGRATIONS.length; version++) {
    database.exec('BEGIN IMMEDIATE')
    database.exec(MIGRATIONS[version] ?? '')
    database.exec(`PRAGMA user_version = ${version + 1}`)
    database.exec('COMMIT')
  }
}
