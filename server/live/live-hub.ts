/** Hands what was stored to those who watch, and tells them several times a second how things stand. */
import { addSensorLedgers, addServerLedgers, checkLedger } from '../../shared/counters.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { LiveTotals, SensorView, SkippedGap } from '../../shared/wire/messages.ts';
import type { SourcePlaces } from '../enrich/source-places.ts';
import type { Channel } from '../ingest/channel.ts';
import type { LedgerState } from '../store/ingest-commit.ts';
import type { Catalog, SessionRecord } from '../store/stores.ts';
import { LiveSession } from './live-session.ts';
import { SharedStreaks } from './shared-streaks.ts';
import { makeStreaks } from './streak-maker.ts';
import type { Viewer } from './viewer.ts';

const TOTALS_EVERY_MILLISECONDS = 250;
/** What was captured this long ago has arrived, as a rule. */
const LIVE_LAG_SECONDS = 2;
/** Longer than any mean that is shown. */
const SILENCE_SECONDS = 60;
const TOP_PORTS = 12;
/** Countries are also tinted on the globe. */
const TOP_COUNTRIES = 60;
/** A page has no room for more, and a sensor may write what it likes. */
const MAX_SENSORS_TOLD = 100;
const MAX_DAMAGE_TOLD = 3;
const MAX_DAMAGE_CHARACTERS = 300;
const LIVE_CLOCK = { mode: 'live', speed: 1 } as const;
/** Of files that nobody plays now. */
const NO_CLOCK = { mode: 'max', speed: 0 } as const;
/** Beyond these, sessions that nobody feeds are forgotten here (they stay in the store). */
const MAX_SESSIONS = 50;

/** What is shown before any sensor ever reported. */
const NO_SESSION: SessionRecord = {
  id: 0,
  kind: 'live',
  name: '',
  sensor: null,
  arrivedSeconds: 0,
  firstSeconds: null,
  lastSeconds: null,
  packets: 0,
};

type SharedTotals = Omit<LiveTotals, 'viewer' | 'targets'>;

export interface LiveHubParts {
  readonly catalog: Catalog;
  readonly places: SourcePlaces;
  readonly ledgers: () => LedgerState[];
  /** Whether nothing is stored for want of room. */
  readonly isStorageFull: () => boolean;
  /** See LiveTotals. */
  readonly seriesBehind: () => number;
  readonly problemCodes: () => readonly string[];
  readonly credits: readonly string[];
  readonly log: (message: string) => void;
}

export class LiveHub {
  readonly viewers = new Set<Viewer>();
  readonly #parts: LiveHubParts;
  readonly #sessions = new Map<number, LiveSession>();
  readonly #opening = new Map<number, Promise<LiveSession>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: LiveHubParts) {
    this.#parts = parts;
  }

  /** Until a sensor comes, the last session that has anything is shown. */
  async start(): Promise<void> {
    const sessions = await this.#parts.catalog.sessions();
    const shown = sessions.find(({ id }) => id === 0) ?? sessions.at(-1);
    await this.#openSession(shown ?? NO_SESSION, 0);
    this.#timer = setInterval(() => this.#tellAll(), TOTALS_EVERY_MILLISECONDS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const viewer of this.viewers) viewer.close();
  }

  async open(channel: Channel): Promise<void> {
    const session = await this.#sessionOf(channel.session);
    // An earlier run of the same sensor is history.
    for (const earlier of session.channels)
      if (earlier.sensor.id === channel.sensor.id) session.channels.delete(earlier);
    session.channels.add(channel);
    session.activeMilliseconds = Date.now();
  }

  /** One for all sensors that come while it is being opened. */
  #sessionOf(record: SessionRecord): Promise<LiveSession> {
    const known = this.#sessions.get(record.id);
    if (known && known.record !== NO_SESSION) return Promise.resolve(known);
    const opening =
      this.#opening.get(record.id) ??
      this.#openSession(record, Date.now()).finally(() => this.#opening.delete(record.id));
    this.#opening.set(record.id, opening);
    return opening;
  }

  async #openSession(record: SessionRecord, activeMilliseconds: number): Promise<LiveSession> {
    const totals = await this.#parts.catalog.totals(record.id);
    const session = new LiveSession(record, totals, activeMilliseconds);
    this.#sessions.set(record.id, session);
    this.#forgetOldest(session);
    return session;
  }

  #forgetOldest(kept: LiveSession): void {
    if (this.#sessions.size <= MAX_SESSIONS) return;
    const idle = [...this.#sessions.values()].filter(
      (session) => session !== kept && [...session.channels].every(({ peer }) => peer === null),
    );
    const oldest = idle.sort((a, b) => a.activeMilliseconds - b.activeMilliseconds)[0];
    if (oldest) this.#sessions.delete(oldest.record.id);
  }

  /** Live where a live sensor is connected, else what was active last. */
  current(): LiveSession {
    let [best] = this.#sessions.values();
    for (const session of this.#sessions.values()) {
      if (session.record.id === 0 && [...session.channels].some(({ peer }) => peer !== null)) return session;
      if (session.activeMilliseconds > best!.activeMilliseconds) best = session;
    }
    return best!;
  }

  publish(channel: Channel, batch: FlowBatch): void {
    const session = this.#sessions.get(channel.session.id);
    if (session === undefined) return;
    session.add(batch, channel.hello.backlog === true);
    // What waited in a spool is hours old: it counts, and does not fly among what happens now.
    if (channel.hello.backlog) return;
    if (this.viewers.size === 0 || session !== this.current()) return;
    const streaks = new SharedStreaks(makeStreaks(batch, channel.slots, this.#parts.places), batch.target);
    for (const viewer of this.#welcome()) viewer.sendStreaks(streaks);
  }

  #tellAll(): void {
    if (this.viewers.size === 0) return;
    try {
      const session = this.current();
      const totals = this.totals(session);
      for (const viewer of this.#welcome()) tell(viewer, totals, session);
    } catch (error) {
      // Nothing that a sensor wrote may end the server from here.
      this.#parts.log(`viewers cannot be told how things stand: ${(error as Error).message}`);
    }
  }

  /** A page that came just now need not wait for the next round. */
  addViewer(viewer: Viewer): void {
    this.viewers.add(viewer);
    const session = this.current();
    tell(viewer, this.totals(session), session);
  }

  /** Those whose right to watch still holds; the others are let go before anything more is sent. */
  #welcome(): Iterable<Viewer> {
    for (const viewer of this.viewers) if (!viewer.stillMay()) this.viewers.delete(viewer);
    return this.viewers;
  }

  /** All but the parts that differ from viewer to viewer. */
  totals(session: LiveSession): SharedTotals {
    const now = Date.now();
    const { record, window } = session;
    const states = this.#parts.ledgers().filter((state) => state.session === record.id);
    const sensor = addSensorLedgers(states.flatMap(({ health }) => health?.ledger ?? []));
    // Both sides at one moment, so that the figures can be compared.
    const server = addServerLedgers(states.map((state) => state.serverAtReport ?? state.server));
    const clock = clockOf(session, now);
    const { classPacketsPerSecond, ...rates } = window.rates(ratesUntil(clock, now));
    return {
      session: {
        id: record.id,
        kind: record.kind,
        name: record.name,
        beginSeconds: Number.isFinite(window.oldestSecond) ? window.oldestSecond : record.firstSeconds,
      },
      clock,
      rates,
      totals: { ...session.totals, sources: window.sources() },
      topPorts: window.topPorts(TOP_PORTS),
      topCountries: window.topCountries(TOP_COUNTRIES),
      classPacketsPerSecond,
      sensors: [...session.channels].slice(0, MAX_SENSORS_TOLD).map((channel) => sensorView(channel, now)),
      ledger: { sensor, server, checks: checkLedger(sensor, server, clock.finished) },
      storageFull: this.#parts.isStorageFull(),
      seriesBehind: this.#parts.seriesBehind(),
      storeProblems: [...this.#parts.problemCodes()],
      credits: [...this.#parts.credits],
    };
  }
}

/** The capture time that rates are of. Live, silence is news: it is now, not that of the last packet; after the end nothing comes. */
function ratesUntil({ mode, finished, newestSeconds }: LiveTotals['clock'], nowMilliseconds: number): number {
  const newest = newestSeconds ?? 0;
  if (finished) return newest + SILENCE_SECONDS;
  return mode === 'live' ? Math.max(newest, nowMilliseconds / 1000 - LIVE_LAG_SECONDS) : newest;
}

function tell(viewer: Viewer, totals: SharedTotals, { targets }: LiveSession): void {
  const own = { viewer: viewer.ledger, ...(viewer.seesTargets ? { targets } : {}) };
  viewer.send(encodeJsonFrame(FrameKind.totals, { ...totals, ...own }));
}

function clockOf(session: LiveSession, now: number): LiveTotals['clock'] {
  const channels = [...session.channels];
  const newest = channels.at(-1);
  const clock = newest?.hello.clock ?? (session.record.kind === 'file' ? NO_CLOCK : LIVE_CLOCK);
  return {
    mode: clock.mode,
    speed: clock.speed,
    newestSeconds: session.window.newestSeconds ?? session.record.lastSeconds,
    rate: clock.mode === 'max' ? session.measuredRate(now) : clock.speed,
    finished:
      channels.length === 0 ? session.record.kind !== 'live' : channels.every(({ state }) => state === 'finished'),
    skippedGaps: newest?.health?.skippedGaps ?? 0,
    lastSkippedGap: gapOf(newest),
  };
}

/** Named fields only: what else a sensor wrote stays here. */
function gapOf(channel: Channel | undefined): SkippedGap | null {
  const gap = channel?.health?.lastSkippedGap;
  return gap ? { fromSeconds: gap.fromSeconds, toSeconds: gap.toSeconds } : null;
}

function sensorView({ sensor, state, health, lastHeardMilliseconds }: Channel, now: number): SensorView {
  const ledger = health?.ledger;
  return {
    id: sensor.id,
    name: sensor.name,
    place: sensor.place,
    state,
    link: health?.link ?? 'none',
    silentSeconds: Math.max(0, Math.round((now - lastHeardMilliseconds) / 1000)),
    droppedPackets: (ledger?.droppedByKernel ?? 0) + (ledger?.packetsSpoolDropped ?? 0),
    waitingPackets: ledger?.packetsSpooled ?? 0,
    damage: (health?.damage ?? [])
      .slice(0, MAX_DAMAGE_TOLD)
      .map((sentence) => sentence.slice(0, MAX_DAMAGE_CHARACTERS)),
  };
}
