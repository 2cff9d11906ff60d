// The tables of the SQLite adapter as a list of migrations, which are never edited once released.
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
  // Includes the type, since any number of edits may follow the last entry of another type.
  `
  DROP INDEX entries_by_subject;
  CREATE INDEX entries_by_subject ON entries (room_id, subject, type) WHERE subject IS NOT NULL;
  `,
  // `inviters` null: all. A person who joins is checked against the last entry that changed members or invites.
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
  // Rules decide on the docket, which is folded from the entries (decide/docket.ts) and saved as JSON now and then; a row
  // of `rooms` keeps only the front. A body that is not JSON leaves an incomplete docket, which is not read: the room is
  // then folded from its beginning.
  `
  ALTER TABLE rooms ADD COLUMN ground INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rooms ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rooms ADD COLUMN waits TEXT NOT NULL DEFAULT '';
  UPDATE rooms SET ground = last_offset, waits = CASE WHEN held = 1 THEN '' ELSE coalesce(
    (SELECT message_id FROM queue WHERE queue.room_id = rooms.room_id ORDER BY place LIMIT 1), '') END;
  CREATE INDEX rooms_at_work ON rooms (last_at) WHERE running IS NOT NULL OR waits <> '';

  CREATE TABLE dockets (
    room_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    docket_offset INTEGER NOT NULL,
    docket TEXT NOT NULL
  ) STRICT;
  INSERT INTO dockets (room_id, version, docket_offset, docket)
  SELECT room_id, 1, last_offset, json_object(
    'offset', last_offset,
    'title', title,
    'model', model,
    'inviters', coalesce(inviters, 'all'),
    'members', (
      SELECT json_group_array(json_array(member_id, json_object('name', name, 'role', role, 'gone', gone)))
      FROM members WHERE members.room_id = rooms.room_id
    ),
    'admission', coalesce((
      SELECT entry_offset FROM entries
      WHERE entries.room_id = rooms.room_id AND type IN ('member-joined', 'member-left', 'invites-ended')
      ORDER BY entry_offset DESC LIMIT 1
    ), 0),
    'running', (
      SELECT generation_id FROM generations
      WHERE generations.room_id = rooms.room_id AND generations.number = rooms.running
    ),
    'number', last_number,
    'queue', (
      SELECT json_group_array(json_patch(
        json_object('messageId', message_id, 'by', member_id),
        json_object(
          'at', CASE WHEN json_valid(body) THEN json_extract(body, '$.at') END,
          'model', CASE WHEN json_valid(body) THEN json_extract(body, '$.model') END
        )
      ) ORDER BY place)
      FROM queue JOIN entries ON entries.room_id = queue.room_id AND subject = message_id AND type = 'message-posted'
      WHERE queue.room_id = rooms.room_id
    ),
    'asked', json_array(),
    'held', json(CASE WHEN held = 1 THEN 'true' ELSE 'false' END)
  ) FROM rooms;

  DROP TABLE queue;
  DROP INDEX entries_of_admission;
  ALTER TABLE rooms DROP COLUMN model;
  ALTER TABLE rooms DROP COLUMN inviters;
  ALTER TABLE rooms DROP COLUMN held;
  `,
]

/** The current version of the tables. */
export const SCHEMA = MIGRATIONS.length

/**
 * Migrates the tables to a version, each step in one transaction.
 * @param to default: the current version
 * @throws Error when the file was written by a later version of the program
 */
export function migrate(database: DatabaseSync, to = SCHEMA): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (row.user_version > MIGRATIONS.length)
    throw new Error(
      `The data was written by a later version of Roomcast (schema ${row.user_version}; this one knows ${MIGRATIONS.length}).`,
    )
  for (let version = row.user_version; version < to; version++) {
    database.exec('BEGIN IMMEDIATE')
    database.exec(MIGRATIONS[version] ?? '')
    database.exec(`PRAGMA user_version = ${version + 1}`)
    database.exec('COMMIT')
  }
}
