// Every metric of this program, by name. docs/metrics.md has a row for each; a test compares the two.
//
// Labels have few values, all from this program's own vocabulary: no ids, no names, nothing that anybody sent. The
// token
// metrics also have the model, and a pseudonym for the member (member-label.ts), a bounded number of them.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { commandSchemas, ERROR_CODES } from '@roomcast/shared/protocol'

/** From a tenth of a millisecond (a write on this machine) to seconds (a storage in trouble). */
const BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** The sources of the gauges, read when metrics are collected. */
export interface Readings {
  /** Open connections, by kind. */
  readonly watchers: () => Readonly<Record<'socket' | 'events', number>>
  readonly rooms: () => number
  readonly generations: () => number
  /** See NodeHealthOptions. */
  readonly probeAgeMs: () => number | null
  /** Whether `/readyz` reports ready. */
  readonly ready: () => boolean
  /** See NodeHealth. */
  readonly loopLagMs: () => number
}

/** Storage failures: refusals of the storage by code, and `unexpected` for every other error. */
export const STORAGE_ERRORS = [
  'storage-full',
  'storage-unavailable',
  'storage-uncertain',
  'unexpected',
] as const

/** Where a refusal happened. */
export const BORDERS = ['socket', 'http'] as const

/** The reasons for which this node closes a connection. */
export const END_REASONS = ['odd-packet', 'too-many-packets', 'too-many-commands', 'slow'] as const

export type Instruments = ReturnType<typeof makeInstruments>

/** Creates every metric and adds it to `registry`; counters with known labels start at 0. */
export function makeInstruments(registry: Registry, readings: Readings) {
  const registers = [registry]
  const counter = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) => new Counter({ name, help, labelNames, registers })
  const histogram = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) => new Histogram({ name, help, labelNames, registers, buckets: BUCKETS })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })

  gauge('roomcast_ready', 'Whether this node takes new work, as /readyz says: 1 or 0.', () =>
    readings.ready() ? 1 : 0,
  )
  new Gauge({
    name: 'roomcast_watchers',
    help: 'Connections that are open on this node: sockets of pages, and event streams.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, count] of Object.entries(readings.watchers())) this.set({ kind }, count)
    },
  })
  gauge('roomcast_rooms_open', 'Rooms that this node follows.', readings.rooms)
  gauge(
    'roomcast_generations_running',
    'Answers that this node asks Claude for now.',
    readings.generations,
  )
  gauge(
    'roomcast_event_loop_lag_seconds',
    'How late this process is: p99 of the last whole five seconds. At 0.2 the node is not ready.',
    () => readings.loopLagMs() / 1000,
  )
  new Gauge({
    name: 'roomcast_subscription_probe_age_seconds',
    help: 'Since when nothing has come through the subscriptions of Redis. Absent without Redis.',
    registers,
    collect() {
      const ms = readings.probeAgeMs()
      if (ms === null) this.remove()
      else this.set(ms / 1000)
    },
  })

  const made = {
    generationsEnded: counter(
      'roomcast_generations_ended_total',
      'Answers that this node ran, by how they ended, and why they failed. outcome "unknown": this node had to let go ' +
        'of it. Those of a node that was killed are counted nowhere.',
      ['outcome', 'code'],
    ),
    append: histogram(
      'roomcast_append_seconds',
      'From handing reply text to the storage to its answer. Calls that fail are in roomcast_storage_errors_total.',
    ),
    fanOut: histogram(
      'roomcast_fan_out_seconds',
      'Time in which one update is encoded and handed to all watchers of a room on this node.',
      ['update'],
    ),
    deltaLag: histogram(
      'roomcast_delta_lag_seconds',
      'From handing reply text to the storage to having handed it to the watchers of the same room on this node. ' +
        'Only of answers that this node runs: clocks of two nodes are not compared.',
    ),
    cancel: histogram(
      'roomcast_cancel_seconds',
      'From the arrival of a stop to its acknowledgement, on the node of whoever stops.',
    ),
    cancelUpstream: histogram(
      'roomcast_cancel_upstream_closed_seconds',
      'From handing a stop to the storage to the request to Claude being closed. Only where both are on this node.',
    ),
    storageErrors: counter(
      'roomcast_storage_errors_total',
      'Calls of the room log that failed, by code.',
      ['code'],
    ),
    scriptErrors: counter(
      'roomcast_script_errors_total',
      'Scripts of Redis that did not come to their end: "denied" where the user may not run a command, else "failed".',
      ['code'],
    ),
    epochsRotated: counter(
      'roomcast_epochs_rotated_total',
      'Rooms that Redis had lost the end of, and that this node gave a new epoch.',
    ),
    entriesReasserted: counter(
      'roomcast_entries_reasserted_total',
      'Entries that Redis had lost, and that this node has written again.',
    ),
    entriesDropped: counter(
      'roomcast_entries_dropped_total',
      'Entries that Redis had lost, and that have no place any more in what was written meanwhile.',
    ),
    repairsFailed: counter(
      'roomcast_repairs_failed_total',
      'Times that a room could not be given what Redis had lost of it.',
    ),
    screensCorrected: counter(
      'roomcast_screens_corrected_total',
      'Watchers of this node who were given a whole room because theirs was of a log that is not any more.',
    ),
    commands: counter('roomcast_commands_total', 'Commands that came over sockets, by type.', [
      'type',
    ]),
    refusals: counter(
      'roomcast_refusals_total',
      'Commands over sockets and calls over HTTP that were refused, by code.',
      ['over', 'code'],
    ),
    connectionsEnded: counter(
      'roomcast_connections_ended_total',
      'Sockets that this node ended, by why: packets that no page sends, too much of them, or a reader that is too slow.',
      ['why'],
    ),
    tokens: counter(
      'roomcast_tokens_total',
      'Tokens that answers of this node took, of prompts and of answers, by model and by what stands for the member who asked. Members ' +
        'beyond the first 200 since the start are together in "others".',
      ['model', 'member', 'kind'],
    ),
    replyBytes: counter(
      'roomcast_reply_bytes_total',
      'Bytes of reply text that this node brought into the storage.',
    ),
    sentBytes: counter(
      'roomcast_sent_bytes_total',
      'Bytes written to connections of the public listener, pages and event streams included.',
    ),
  }
  for (const outcome of ['completed', 'cancelled', 'interrupted', 'unknown'])
    made.generationsEnded.inc({ outcome, code: 'none' }, 0)
  for (const code of STORAGE_ERRORS) made.storageErrors.inc({ code }, 0)
  for (const code of ['denied', 'failed']) made.scriptErrors.inc({ code }, 0)
  for (const type of [...Object.keys(commandSchemas), 'unknown']) made.commands.inc({ type }, 0)
  for (const why of END_REASONS) made.connectionsEnded.inc({ why }, 0)
  for (const over of BORDERS)
    for (const code of Object.keys(ERROR_CODES)) made.refusals.inc({ over, code }, 0)
  return made
}
