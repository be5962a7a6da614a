/** The server's part of the path, in one place: frame → flows → country, network → series → store → acknowledgement → viewers. */
import { type ServerLedger, sumCounts } from '../shared/counters.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../shared/flow-batch.ts';
import { flowFieldNames } from '../shared/flow-fields.ts';
import { MAX_CAPTURE_SECONDS } from '../shared/time.ts';
import { sumPackets } from '../shared/wire/flow-frames.ts';
import { type Frame, FrameKind } from '../shared/wire/frame.ts';
import type { SensorHealth, SensorHello } from '../shared/wire/messages.ts';
import type { RawPackets } from '../shared/wire/packets.ts';
import type { HashKey } from './aggregate/keyed-hash.ts';
import type { CountryTable } from './enrich/country.ts';
import type { NetworkTable } from './enrich/networks/network-table.ts';
import type { SlotTables } from './enrich/slot-tables.ts';
import { type Arrival, countRawRefused, countRefused, readArrival } from './ingest/arrival.ts';
import type { Channel, ChannelPeer } from './ingest/channel.ts';
import { readOwnHealth } from './ingest/channel-health.ts';
import { Channels } from './ingest/channels.ts';
import { evidenceOf, sumMatched } from './ingest/evidence.ts';
import { LedgerBook, LedgerChanges } from './ingest/ledger-book.ts';
import { payloadsOf } from './ingest/payloads.ts';
import { SeriesMemory } from './ingest/series-memory.ts';
import { WatchBook } from './ingest/watch-book.ts';
import type { LiveHub } from './live/live-hub.ts';
import type { PacketRing } from './packets/packet-ring.ts';
import type { DiskWatch } from './store/disk-watch.ts';
import type { IngestCommit, LedgerState } from './store/ingest-commit.ts';
import { type Catalog, type FlowStore, type SessionRecord, type SketchStore, StoreError } from './store/stores.ts';

/** Frames of one commit at most, so that an acknowledgement is never far away. */
const MAX_FRAMES_PER_COMMIT = 64;
/** Payloads cost a hundred times what flows do. */
const MAX_PAYLOADS_PER_COMMIT = 4_096;
/** Sensors are not read from while so many frames wait for the store, until only the smaller number does. */
const MAX_FRAMES_WAITING = 256;
const FRAMES_WAITING_TO_RESUME = 128;
/** A packet this much older than the newest is stored, and counted as late. */
const LATE_SECONDS = 60;
/** Ledgers that changed without flows are stored after this time. */
const LEDGER_EVERY_MILLISECONDS = 2_000;
/** A run that was away for longer counts as another. */
const WATCH_BACK_SECONDS = 7 * 86_400;
/** Reports come every second: until the next but one is due, the sensor is taken to watch. */
const REPORT_HOLDS_SECONDS = 2;

export interface PipelineParts {
  readonly flows: FlowStore;
  readonly catalog: Catalog;
  readonly countries: Pick<CountryTable, 'fill'>;
  readonly networks: Pick<NetworkTable, 'fill'>;
  readonly slots: SlotTables;
  readonly live: LiveHub;
  readonly disk: Pick<DiskWatch, 'isFull' | 'noteFull'>;
  readonly log: (message: string) => void;
  /** Where packets go that come as they were captured; nowhere without one. */
  readonly packets?: Pick<PacketRing, 'append' | 'settle' | 'forget'>;
  /** Keys the hashes of addresses; the same again for what `sketches` has. */
  readonly seriesSecret?: HashKey;
  readonly sketches?: SketchStore;
}

export class IngestPipeline {
  readonly #parts: PipelineParts;
  readonly #channels: Channels;
  #ledgers = new LedgerBook();
  readonly #series: SeriesMemory;
  readonly #watches = new WatchBook();
  #arrivals: Arrival[] = [];
  readonly #paused = new Set<ChannelPeer>();
  #committing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** What is being stored now, whether that goes well or not. */
  #storing: Promise<unknown> = Promise.resolve();
  /** Sessions that were deleted, or are about to be. */
  readonly #deleted = new Set<number>();
  /** A commit failed, and yet it may be durable: the store says what it has before the next. */
  #isUnsure = false;
  #isStopping = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#channels = new Channels(parts.catalog, parts.slots);
    this.#series = new SeriesMemory(parts.seriesSecret);
  }

  async start(): Promise<void> {
    this.#ledgers = new LedgerBook(await this.#parts.catalog.ledgers());
    if (this.#parts.sketches) await this.#series.restore(this.#parts.sketches, this.#parts.log);
    this.#parts.packets?.settle(rawPacketsOf(this.#ledgers.states()));
    this.#timer = setInterval(() => this.#wake(), LEDGER_EVERY_MILLISECONDS);
  }

  /** What has arrived is stored when it resolves. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#wake();
    while (this.#committing !== null) await this.#committing;
    this.#isStopping = true;
    this.#wake();
    while (this.#committing !== null) await this.#committing;
  }

  ledgers(): LedgerState[] {
    return this.#ledgers.states();
  }

  /** Those that bring what is captured now; what waited in a spool comes beside it. */
  channels(): Channel[] {
    return this.#channels.all().filter(({ hello }) => hello.backlog !== true);
  }

  /** The channel of a sensor that said hello; a run that comes back gets its own again. */
  open(hello: SensorHello, peer: ChannelPeer): Promise<Channel> {
    return this.#channels.open(hello, peer, async (channel) => {
      if (this.#deleted.has(channel.session.id)) {
        channel.peer = null;
        throw new StoreError(
          'STORE_SESSION_DELETED',
          `session ${channel.session.id}, which this belongs to, was deleted`,
        );
      }
      this.#ledgers.begin(channel);
      channel.health ??= this.#ledgers.lastWord(channel);
      if (hello.backlog) return;
      await this.#resumeWatch(channel);
      await this.#parts.live.open(channel);
    });
  }

  /** Whether something is on its way to the session. */
  isFed(session: number): boolean {
    return this.#channels.isFed(session);
  }

  /** Null where there is no such session. */
  async renameSession(session: number, name: string): Promise<SessionRecord | null> {
    const record = await this.#parts.catalog.renameSession(session, name);
    if (record !== null) this.#parts.live.rename(record);
    return record;
  }

  /** With everything that is known of it; false where there is no such session. For one that is not fed. */
  async deleteSession(session: number): Promise<boolean> {
    this.#deleted.add(session);
    const ledgers = this.#ledgers.forget(session);
    this.#watches.forget(session);
    this.#series.forget(session);
    try {
      // It may carry something of the session; whatever is stored after it does not.
      await this.#storing;
      // A number that nobody has yet may still be given.
      if (!(await this.#parts.catalog.deleteSession(session))) return !this.#deleted.delete(session);
      this.#channels.forget(session);
      this.#parts.packets?.forget(session);
      await this.#parts.live.forget(session);
      return true;
    } catch (error) {
      this.#deleted.delete(session);
      this.#ledgers.remember(ledgers);
      throw error;
    }
  }

  async #resumeWatch(channel: Channel): Promise<void> {
    const now = Date.now() / 1000;
    const isLive = channel.session.kind === 'live';
    const span = { fromSeconds: isLive ? now - WATCH_BACK_SECONDS : 0, toSeconds: MAX_CAPTURE_SECONDS };
    const stored = await this.#parts.catalog.watches(channel.session.id, span);
    this.#watches.resume(channel, stored);
    if (isLive) this.#watches.recover(channel, stored);
    if (isLive) this.#watches.saw(channel, now, now + REPORT_HOLDS_SECONDS);
  }

  /** The connection ended; what it brought stays queued. */
  leave(channel: Channel, peer: ChannelPeer): void {
    this.#paused.delete(peer);
    if (channel.peer !== peer) return;
    channel.peer = null;
    if (channel.state === 'connected') channel.state = this.#ledgers.lastWord(channel) === null ? 'lost' : 'finished';
  }

  /** Takes a frame in. Throws WireError when it is none that a sensor sends. */
  receive(channel: Channel, peer: ChannelPeer, frame: Frame): void {
    // What a connection brings after another took its place, or after it was refused, is not taken: it comes again.
    if (channel.peer !== peer) return;
    channel.lastHeardMilliseconds = Date.now();
    if (frame.sequence === 0) this.#receiveReport(channel, frame);
    else if (frame.sequence <= channel.lastSequence) {
      this.#ledgers.countDuplicate(channel);
      // It may be that only the acknowledgement was lost.
      peer.acknowledge(channel.storedSequence);
    } else {
      this.#arrivals.push(this.#readArrival(channel, frame));
      channel.lastSequence = frame.sequence;
      if (this.#arrivals.length >= MAX_FRAMES_WAITING) this.#pause(peer);
      this.#wake();
    }
  }

  /**
   * Reports between are replaced by the next: one that makes no sense is left out. After the last word of a run there is
   * nothing more to report: a sensor that did not hear that it is stored comes back, and greets as at any time.
   */
  #receiveReport(channel: Channel, frame: Frame): void {
    if (frame.kind !== FrameKind.health || this.#ledgers.lastWord(channel) !== null) return;
    try {
      const health = readOwnHealth(channel, frame);
      if (health !== null) this.#takeHealth(channel, health);
    } catch (error) {
      this.#parts.log(`sensor ${channel.sensor.name}: ${(error as Error).message}`);
    }
  }

  #readArrival(channel: Channel, frame: Frame): Arrival {
    const { countries, networks } = this.#parts;
    const arrival = readArrival(channel, frame, (batch) => {
      countries.fill(batch);
      networks.fill(batch);
    });
    if (arrival.refusal !== null) this.#parts.log(`sensor ${channel.sensor.name}: ${arrival.refusal.message}`);
    return arrival;
  }

  #takeHealth(channel: Channel, health: SensorHealth): void {
    channel.health = health;
    this.#ledgers.takeHealth(channel, health);
    // Live, silence is watching too: the report says that the sensor looks. In a capture, its own time says how far.
    const now = Date.now() / 1000;
    if (channel.hello.backlog) return;
    if (channel.session.kind === 'live') this.#watches.saw(channel, now, now + REPORT_HOLDS_SECONDS);
    // A report comes before the first flows do, and is further: a capture's watch begins with its first packet.
    else if (health.captureSeconds !== null && this.#watches.knows(channel))
      this.#watches.saw(channel, health.captureSeconds, health.captureSeconds);
  }

  #pause(peer: ChannelPeer): void {
    this.#paused.add(peer);
    peer.pause();
  }

  #resumeAll(): void {
    if (this.#arrivals.length > FRAMES_WAITING_TO_RESUME) return;
    for (const peer of this.#paused) peer.resume();
    this.#paused.clear();
  }

  #wake(): void {
    // What waits, waits; sensors that bring more are not read from. The timer wakes it again.
    if (this.#parts.disk.isFull) return;
    if (this.#committing !== null || !this.#hasWork()) return;
    this.#committing = this.#commitAll().finally(() => {
      this.#committing = null;
      if (this.#arrivals.length > 0) this.#wake();
    });
  }

  #hasWork(): boolean {
    return this.#arrivals.length > 0 || !this.#ledgers.isSaved || this.#series.isDue || this.#isStopping;
  }

  async #commitAll(): Promise<void> {
    do {
      const arrivals = this.#arrivals.splice(0, framesOfCommit(this.#arrivals));
      try {
        const storing = this.#commit(arrivals);
        this.#storing = storing.catch(() => undefined);
        await storing;
      } catch (error) {
        this.#series.discard();
        this.#giveBack(arrivals, error as Error);
        return;
      } finally {
        this.#resumeAll();
      }
    } while (this.#arrivals.length > 0 && !this.#parts.disk.isFull);
  }

  async #commit(arrivals: readonly Arrival[]): Promise<void> {
    if (this.#isUnsure) this.#ledgers.restore(await this.#parts.catalog.ledgers());
    this.#isUnsure = false;
    const changes = new LedgerChanges();
    for (const { channel, sequence, batch, health, evidence, payloads, packets, refusal } of arrivals) {
      if (health !== null) this.#takeHealth(channel, health);
      if (batch !== null) {
        countStored(changes.of(channel), channel, batch, this.#series.add(batch));
        if (channel.session.kind !== 'live') this.#seeSpan(channel, batch);
      }
      if (evidence !== null) changes.of(channel).evidenceMatched += sumMatched(evidence);
      if (payloads !== null) changes.of(channel).payloadPackets += sumPackets(payloads, 0, payloads.length);
      if (packets !== null) this.#keepPackets(channel, sequence, packets, changes.of(channel));
      if (refusal !== null) countRefused(changes.of(channel), refusal);
    }
    const { states, keys } = this.#ledgers.takeUnsaved(changes);
    const { watches, keys: watchKeys } = this.#watches.takeUnsaved();
    const commit: IngestCommit = {
      flows: [concatenate(arrivals, 4), concatenate(arrivals, 6)].filter((batch) => batch.length > 0),
      ...this.#series.take(this.#isStopping),
      positions: lastPositions(arrivals),
      ledgers: states,
      watches,
      ...evidenceOf(arrivals),
      ...payloadsOf(arrivals),
    };
    try {
      await this.#parts.flows.commit(commit);
    } catch (error) {
      this.#ledgers.putBack(keys);
      this.#watches.putBack(watchKeys);
      throw error;
    }
    this.#ledgers.apply(changes);
    this.#acknowledge(arrivals);
  }

  /** Before the commit: what it acknowledges is in a file. Flows do not wait for a disk that has no room for packets. */
  #keepPackets({ session, sensor, hello }: Channel, sequence: number, batch: RawPackets, ledger: ServerLedger): void {
    const { packets, log } = this.#parts;
    try {
      if (packets === undefined) throw new Error('this server keeps none');
      packets.append(session.id, sensor.id, batch, hello.epoch, sequence);
      ledger.rawPackets += batch.length;
    } catch (error) {
      log(`${batch.length} packets of ${sensor.name} are not kept: ${(error as Error).message}`);
      countRawRefused(ledger, 'STORE_PACKETS_NOT_KEPT', batch.length);
    }
  }

  /** A capture was watched from its first packet on. */
  #seeSpan(channel: Channel, { interval, length }: FlowBatch): void {
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (let row = 0; row < length; row++) {
      first = Math.min(first, interval[row]!);
      last = Math.max(last, interval[row]!);
    }
    if (length > 0) this.#watches.saw(channel, first, last + 1);
  }

  #acknowledge(arrivals: readonly Arrival[]): void {
    const last = new Map<Channel, number>();
    for (const { channel, sequence, batch, health } of arrivals) {
      last.set(channel, sequence);
      if (health?.finished) channel.state = 'finished';
      if (batch !== null) this.#parts.live.publish(channel, batch);
    }
    for (const [channel, sequence] of last) {
      channel.storedSequence = sequence;
      channel.peer?.acknowledge(sequence);
    }
  }

  /** The store failed: sensors keep what they have and bring it again. */
  #giveBack(arrivals: readonly Arrival[], error: Error): void {
    this.#parts.log(`the store failed, sensors will send again: ${error.message}`);
    if (error instanceof StoreError && error.code === 'STORE_FULL') this.#parts.disk.noteFull();
    this.#isUnsure = true;
    const channels = new Set([...arrivals, ...this.#arrivals].map(({ channel }) => channel));
    this.#arrivals = [];
    for (const channel of channels) this.#channels.drop(channel, 'INGEST_BUSY', 'the store failed; send again');
  }
}

/** Adds what is about to be stored. */
function countStored(
  ledger: ServerLedger,
  { newestSeconds: newest }: Channel,
  batch: FlowBatch,
  packetsInSeries: number,
): void {
  const { family, length } = batch;
  const packets = sumPackets(batch, 0, length);
  for (let row = 0; row < length; row++) {
    const seconds = batch.interval[row]! + batch.lastMicros[row]! / 1e6;
    if (seconds > newest[family]) newest[family] = seconds;
    else if (seconds < newest[family] - LATE_SECONDS) ledger.packetsLate += batch.packets[row]!;
  }
  ledger.flowsAccepted += length;
  ledger.packetsAccepted += packets;
  ledger.flowsStored += length;
  ledger.packetsStored += packets;
  ledger.packetsInSeries += packetsInSeries;
}

/** What was taken in of each session, and not refused. Ledgers from before there were such have no such counters. */
function rawPacketsOf(states: readonly LedgerState[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { session, server } of states) {
    const kept = (server.rawPackets ?? 0) - sumCounts(server.rawPacketsRefused ?? {});
    sums.set(session, (sums.get(session) ?? 0) + kept);
  }
  return sums;
}

/** How many of the frames that wait go into the next commit: at least one. */
function framesOfCommit(arrivals: readonly Arrival[]): number {
  let frames = 0;
  let payloads = 0;
  while (frames < Math.min(arrivals.length, MAX_FRAMES_PER_COMMIT)) {
    payloads += arrivals[frames]!.payloads?.length ?? 0;
    if (frames > 0 && payloads > MAX_PAYLOADS_PER_COMMIT) break;
    frames++;
  }
  return frames;
}

function lastPositions(arrivals: readonly Arrival[]): IngestCommit['positions'] {
  const last = new Map<Channel, number>();
  for (const { channel, sequence } of arrivals) last.set(channel, sequence);
  return [...last].map(([channel, sequence]) => ({ sensor: channel.sensor.id, epoch: channel.hello.epoch, sequence }));
}

/** One batch of all rows of a family, in memory of its own. */
function concatenate(arrivals: readonly Arrival[], family: Family): FlowBatch {
  const batches = arrivals.flatMap(({ batch }) => (batch?.family === family ? [batch] : []));
  const whole = createFlowBatch(
    family,
    batches.reduce((rows, batch) => rows + batch.length, 0),
  );
  for (const batch of batches) {
    for (const name of flowFieldNames) {
      const words = batch[name].length / batch.capacity;
      whole[name].set(batch[name] as never, whole.length * words);
    }
    whole.length += batch.length;
  }
  return whole;
}
