/** The server's part of the path, in one place: frame → flows → country → series → store → acknowledgement → viewers. */
import { emptyServerLedger, type ServerLedger } from '../shared/counters.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../shared/flow-batch.ts';
import { flowFieldNames } from '../shared/flow-fields.ts';
import { frameToFlows, sumPackets } from '../shared/wire/flow-frames.ts';
import { type Frame, FrameKind } from '../shared/wire/frame.ts';
import { decodeJsonFrame } from '../shared/wire/json-frame.ts';
import type { SensorHealth, SensorHello } from '../shared/wire/messages.ts';
import { SeriesAccumulator } from './aggregate/series-accumulator.ts';
import type { CountryTable } from './enrich/country.ts';
import { TargetSlots } from './enrich/target-slots.ts';
import type { Channel, ChannelPeer } from './ingest/channel.ts';
import { readHealth } from './ingest/sensor-messages.ts';
import { addRun, reportOfBegin } from './ingest/sensor-runs.ts';
import type { LiveHub } from './live/live-hub.ts';
import type { IngestCommit, LedgerState } from './store/ingest-commit.ts';
import type { Catalog, FlowStore } from './store/stores.ts';

/** Frames of one commit at most, so that an acknowledgement is never far away. */
const MAX_FRAMES_PER_COMMIT = 64;
/** A packet this much older than the newest is stored, and counted as late. */
const LATE_SECONDS = 60;
/** Ledgers that changed without flows are stored after this time. */
const LEDGER_EVERY_MILLISECONDS = 2_000;

/** Sensor runs that are kept in mind. */
const MAX_CHANNELS = 2_000;

interface Arrival {
  readonly channel: Channel;
  readonly sequence: number;
  readonly batch: FlowBatch | null;
  readonly health: SensorHealth | null;
}

export interface PipelineParts {
  readonly flows: FlowStore;
  readonly catalog: Catalog;
  readonly countries: Pick<CountryTable, 'fill'>;
  readonly live: LiveHub;
  readonly log: (message: string) => void;
}

export class IngestPipeline {
  readonly #parts: PipelineParts;
  readonly #channels = new Map<string, Channel>();
  readonly #ledgers = new Map<string, LedgerState>();
  #arrivals: Arrival[] = [];
  #unsavedLedgers = new Set<string>();
  #opening: Promise<unknown> = Promise.resolve();
  #committing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #key: Uint8Array = new Uint8Array(0);

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#key = await this.#parts.catalog.installationKey();
    for (const state of await this.#parts.catalog.ledgers())
      this.#ledgers.set(ledgerKey(state.session, state.sensor), state);
    this.#timer = setInterval(() => this.#wake(), LEDGER_EVERY_MILLISECONDS);
  }

  /** What has arrived is stored when it resolves. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#wake();
    while (this.#committing !== null) await this.#committing;
  }

  ledgers(): LedgerState[] {
    return [...this.#ledgers.values()];
  }

  channels(): Channel[] {
    return [...this.#channels.values()];
  }

  /** The channel of a sensor that said hello; a run that comes back gets its own again. One after another. */
  open(hello: SensorHello, peer: ChannelPeer): Promise<Channel> {
    const opened = this.#opening.then(() => this.#openChannel(hello, peer));
    this.#opening = opened.catch(() => undefined);
    return opened;
  }

  async #openChannel(hello: SensorHello, peer: ChannelPeer): Promise<Channel> {
    const { catalog, live } = this.#parts;
    const sensor = await catalog.sensor(hello.name, hello.place);
    const session = await catalog.session({ ...hello.session, sensor: sensor.id, epoch: hello.epoch });
    const key = `${sensor.id}/${hello.epoch}`;
    const known = this.#channels.get(key);
    known?.peer?.refuse('INGEST_REPLACED', 'the same sensor connected anew');
    const storedSequence = await catalog.position(sensor.id, hello.epoch);
    const channel: Channel = known ?? {
      sensor,
      session,
      hello,
      slots: new TargetSlots(this.#key, hello.prefixes),
      lastSequence: storedSequence,
      storedSequence,
      newestSeconds: { 4: Number.NEGATIVE_INFINITY, 6: Number.NEGATIVE_INFINITY },
      health: null,
      state: 'connected',
      lastHeardMilliseconds: Date.now(),
      peer,
    };
    channel.peer = peer;
    channel.state = 'connected';
    this.#channels.set(key, channel);
    this.#forgetOldChannels();
    // Before its first flow: what the server has by now is what the runs before it delivered.
    if (this.#ledgerOf(channel)?.health?.epoch !== hello.epoch) this.#takeHealth(channel, reportOfBegin(hello));
    await live.open(channel);
    return channel;
  }

  /** Runs that are over are forgotten here at some time: should one come back, the store knows how far it was. */
  #forgetOldChannels(): void {
    if (this.#channels.size <= MAX_CHANNELS) return;
    for (const [key, { peer, lastSequence, storedSequence }] of this.#channels) {
      if (peer !== null || lastSequence !== storedSequence) continue;
      this.#channels.delete(key);
      return;
    }
  }

  /** The connection ended; what it brought stays queued. */
  leave(channel: Channel, peer: ChannelPeer): void {
    if (channel.peer !== peer) return;
    channel.peer = null;
    if (channel.state === 'connected') channel.state = channel.health?.finished ? 'finished' : 'lost';
  }

  /** Takes a frame in. Throws WireError when it is none that a sensor sends. */
  receive(channel: Channel, frame: Frame): void {
    channel.lastHeardMilliseconds = Date.now();
    if (frame.sequence === 0) {
      if (frame.kind === FrameKind.health) this.#takeHealth(channel, readHealth(decodeJsonFrame(frame)));
      return;
    }
    if (frame.sequence <= channel.lastSequence) {
      this.#changeLedger(channel, (ledger) => ledger.duplicateFrames++);
      // It may be that only the acknowledgement was lost.
      channel.peer?.acknowledge(channel.storedSequence);
      return;
    }
    this.#arrivals.push(this.#readArrival(channel, frame));
    channel.lastSequence = frame.sequence;
    this.#wake();
  }

  #readArrival(channel: Channel, frame: Frame): Arrival {
    const { sequence } = frame;
    if (frame.kind === FrameKind.health)
      return { channel, sequence, batch: null, health: readHealth(decodeJsonFrame(frame)) };
    if (frame.kind !== FrameKind.flows4 && frame.kind !== FrameKind.flows6)
      return { channel, sequence, batch: null, health: null };
    const { batch } = frameToFlows(frame);
    batch.sensor.fill(channel.sensor.id);
    batch.session.fill(channel.session.id);
    this.#parts.countries.fill(batch);
    return { channel, sequence, batch, health: null };
  }

  #ledgerOf(channel: Channel): LedgerState | undefined {
    return this.#ledgers.get(ledgerKey(channel.session.id, channel.sensor.id));
  }

  #takeHealth(channel: Channel, health: SensorHealth): void {
    channel.health = health;
    const key = ledgerKey(channel.session.id, channel.sensor.id);
    const before = this.#ledgerOf(channel);
    const server = before?.server ?? emptyServerLedger();
    const added = addRun(health, channel.hello.epoch, before?.health ?? null, server);
    this.#ledgers.set(key, { session: channel.session.id, sensor: channel.sensor.id, server, health: added });
    this.#unsavedLedgers.add(key);
  }

  #changeLedger(channel: Channel, change: (ledger: ServerLedger) => void): void {
    const key = ledgerKey(channel.session.id, channel.sensor.id);
    const before = this.#ledgerOf(channel);
    const server = structuredClone(before?.server ?? emptyServerLedger());
    change(server);
    this.#ledgers.set(key, {
      session: channel.session.id,
      sensor: channel.sensor.id,
      server,
      health: before?.health ?? null,
    });
    this.#unsavedLedgers.add(key);
  }

  #wake(): void {
    if (this.#committing !== null || (this.#arrivals.length === 0 && this.#unsavedLedgers.size === 0)) return;
    this.#committing = this.#commitAll().finally(() => {
      this.#committing = null;
      if (this.#arrivals.length > 0) this.#wake();
    });
  }

  async #commitAll(): Promise<void> {
    while (this.#arrivals.length > 0 || this.#unsavedLedgers.size > 0) {
      const arrivals = this.#arrivals.splice(0, MAX_FRAMES_PER_COMMIT);
      try {
        await this.#commit(arrivals);
      } catch (error) {
        this.#giveBack(arrivals, error as Error);
        return;
      }
    }
  }

  async #commit(arrivals: readonly Arrival[]): Promise<void> {
    const ledgersBefore = new Map(this.#ledgers);
    const series = new SeriesAccumulator();
    for (const { channel, batch, health } of arrivals) {
      if (health !== null) this.#takeHealth(channel, health);
      if (batch !== null) this.#account(channel, batch, series.add(batch));
    }
    const unsaved = this.#unsavedLedgers;
    this.#unsavedLedgers = new Set();
    const commit: IngestCommit = {
      flows: [concatenate(arrivals, 4), concatenate(arrivals, 6)].filter((batch) => batch.length > 0),
      series: series.take(),
      positions: lastPositions(arrivals),
      ledgers: [...unsaved].flatMap((key) => this.#ledgers.get(key) ?? []),
    };
    try {
      await this.#parts.flows.commit(commit);
    } catch (error) {
      // Nothing was stored: the ledgers say what they said before, and the sensors still have the frames.
      for (const key of unsaved) {
        const before = ledgersBefore.get(key);
        if (before) this.#ledgers.set(key, before);
        else this.#ledgers.delete(key);
      }
      throw error;
    }
    this.#acknowledge(arrivals);
  }

  #account(channel: Channel, batch: FlowBatch, packetsInSeries: number): void {
    const packets = sumPackets(batch, 0, batch.length);
    const newest = channel.newestSeconds;
    let late = 0;
    for (let row = 0; row < batch.length; row++) {
      const seconds = batch.interval[row]! + batch.lastMicros[row]! / 1e6;
      if (seconds > newest[batch.family]) newest[batch.family] = seconds;
      else if (seconds < newest[batch.family] - LATE_SECONDS) late += batch.packets[row]!;
    }
    this.#changeLedger(channel, (ledger) => {
      ledger.flowsAccepted += batch.length;
      ledger.packetsAccepted += packets;
      ledger.flowsStored += batch.length;
      ledger.packetsStored += packets;
      ledger.packetsInSeries += packetsInSeries;
      ledger.packetsLate += late;
    });
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
    const channels = new Set([...arrivals, ...this.#arrivals].map(({ channel }) => channel));
    this.#arrivals = [];
    for (const channel of channels) {
      channel.peer?.refuse('INGEST_BUSY', 'the store failed; send again');
      for (const [key, known] of this.#channels) if (known === channel) this.#channels.delete(key);
    }
  }
}

function ledgerKey(session: number, sensor: number): string {
  return `${session}/${sensor}`;
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
