/** Hands what was stored to those who watch, and tells them several times a second how things stand. */
import { addSensorLedgers, addServerLedgers, checkLedger } from '../../shared/counters.ts';
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { SourcePlaces } from '../enrich/source-places.ts';
import type { Channel } from '../ingest/channel.ts';
import type { LedgerState } from '../store/ingest-commit.ts';
import type { Catalog, SessionRecord } from '../store/stores.ts';
import type { LiveFilter } from './live-filter.ts';
import { LiveFilters } from './live-filters.ts';
import { LiveSession } from './live-session.ts';
import { clockOf, type Figures, figuresOf, sensorView } from './live-totals.ts';
import { SharedStreaks } from './shared-streaks.ts';
import { makeStreaks } from './streak-maker.ts';
import type { Viewer } from './viewer.ts';

const TOTALS_EVERY_MILLISECONDS = 250;
/** So long totals are not reckoned anew, however many pages come or change their filters. */
const TOTALS_HOLD_MILLISECONDS = 20;
/** A page has no room for more, and a sensor may write what it likes. */
const MAX_SENSORS_TOLD = 100;
/** A session that is fed stays shown while it was active no longer ago than this before the one that is active. */
const STAY_MILLISECONDS = 5_000;
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

type SharedTotals = Omit<LiveTotals, 'viewer' | 'targets' | 'filter'>;

/** A filter that a page asks for; checked. */
export interface AskedFilter {
  /** Its canonical form. */
  readonly key: string;
  readonly condition: FlowCondition;
  readonly text: string;
}

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
  readonly filters = new LiveFilters();
  readonly #parts: LiveHubParts;
  readonly #sessions = new Map<number, LiveSession>();
  readonly #opening = new Map<number, Promise<LiveSession>>();
  #timer: NodeJS.Timeout | null = null;
  #shown: LiveSession | null = null;
  /** What all viewers were last told about. */
  #told: LiveSession | null = null;
  #recent: { readonly session: LiveSession; readonly totals: SharedTotals; readonly milliseconds: number } | null =
    null;

  constructor(parts: LiveHubParts) {
    this.#parts = parts;
  }

  get catalog(): Catalog {
    return this.#parts.catalog;
  }

  /** Until a sensor comes, the last session that has anything is shown. */
  async start(): Promise<void> {
    await this.#openLatest();
    this.#timer = setInterval(() => this.#tellAll(), TOTALS_EVERY_MILLISECONDS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const viewer of this.viewers) viewer.close();
  }

  async #openLatest(): Promise<void> {
    const sessions = await this.#parts.catalog.sessions();
    const shown = sessions.find(({ id }) => id === 0) ?? sessions.at(-1);
    await this.#openSession(shown ?? NO_SESSION, 0);
  }

  rename(record: SessionRecord): void {
    const known = this.#sessions.get(record.id);
    if (known === undefined) return;
    known.record = { ...known.record, name: record.name };
    this.#recent = null;
  }

  /** The session was deleted: another is shown. */
  async forget(session: number): Promise<void> {
    this.#sessions.delete(session);
    this.#recent = null;
    this.#told = null;
    if (this.#sessions.size === 0) await this.#openLatest();
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
    const session = new LiveSession(record, { ...totals }, activeMilliseconds);
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
    this.#shown = this.#stays(best!) ?? best!;
    return this.#shown;
  }

  /** Where several files are read at once, the picture does not change with every batch. */
  #stays(best: LiveSession): LiveSession | null {
    const shown = this.#shown;
    if (shown === null || this.#sessions.get(shown.record.id) !== shown) return null;
    const isFed = [...shown.channels].some(({ peer }) => peer !== null);
    return isFed && best.activeMilliseconds - shown.activeMilliseconds < STAY_MILLISECONDS ? shown : null;
  }

  publish(channel: Channel, batch: FlowBatch): void {
    const session = this.#sessions.get(channel.session.id);
    if (session === undefined) return;
    // What waited in a spool is hours old: it counts, and does not fly among what happens now.
    const isBacklog = channel.hello.backlog === true;
    session.add(batch, isBacklog);
    if (this.viewers.size === 0 || session !== this.current()) return;
    // Nothing flies before its session is told: a page must know what is simulated, or long past.
    if (session !== this.#told) this.#tellAll();
    const viewers = this.#welcome();
    const selected = new Map<LiveFilter | null, FlowBatch>();
    for (const filter of this.filters.all) selected.set(filter, filter.take(batch, session, isBacklog));
    if (!isBacklog) this.#show(channel, viewers, selected.set(null, batch));
  }

  /** Each selection is made into streaks once, for all viewers that have it. */
  #show({ slots }: Channel, viewers: Iterable<Viewer>, selected: ReadonlyMap<LiveFilter | null, FlowBatch>): void {
    const shared = new Map<LiveFilter | null, SharedStreaks>();
    const offered = selected.get(null)!.length;
    for (const viewer of viewers) {
      const filter = viewer.selection?.filter ?? null;
      const flows = selected.get(filter)!;
      if (viewer.isHeldBack) {
        viewer.countFilteredOut(offered);
        continue;
      }
      let streaks = shared.get(filter);
      if (streaks === undefined) {
        streaks = new SharedStreaks(makeStreaks(flows, slots, this.#parts.places), flows.target);
        shared.set(filter, streaks);
      }
      viewer.sendStreaks(streaks);
      viewer.countFilteredOut(offered - flows.length);
    }
  }

  #tellAll(): void {
    if (this.viewers.size === 0) return;
    try {
      this.#told = this.current();
      this.#tell(this.#welcome(), this.#told);
    } catch (error) {
      // Nothing that a sensor wrote may end the server from here.
      this.#parts.log(`viewers cannot be told how things stand: ${(error as Error).message}`);
    }
  }

  /** Figures of a filter are reckoned once, for all that have it. */
  #tell(viewers: Iterable<Viewer>, session: LiveSession): void {
    const totals = this.#recentTotals(session);
    const figures = new Map<LiveFilter, Figures>();
    for (const viewer of viewers) {
      const { selection } = viewer;
      const own = { viewer: viewer.ledger, ...(viewer.seesTargets ? { targets: session.targets } : {}) };
      if (selection === null) {
        viewer.send(encodeJsonFrame(FrameKind.totals, { ...totals, filter: null, ...own }));
        continue;
      }
      const { filter, text } = selection;
      if (!figures.has(filter)) figures.set(filter, figuresOf(filter.figuresOf(session), totals.clock));
      const inForce = { text, sinceSeconds: filter.sinceSeconds };
      viewer.send(encodeJsonFrame(FrameKind.totals, { ...totals, ...figures.get(filter), filter: inForce, ...own }));
    }
  }

  #recentTotals(session: LiveSession): SharedTotals {
    const milliseconds = performance.now();
    const recent = this.#recent;
    if (recent?.session === session && milliseconds - recent.milliseconds < TOTALS_HOLD_MILLISECONDS)
      return recent.totals;
    const totals = this.totals(session);
    this.#recent = { session, totals, milliseconds };
    return totals;
  }

  /** A page that came just now need not wait for the next round. */
  addViewer(viewer: Viewer): void {
    this.viewers.add(viewer);
    this.#tell([viewer], this.current());
  }

  removeViewer(viewer: Viewer): void {
    this.viewers.delete(viewer);
    this.filters.leave(viewer);
  }

  /** Null: all flows. The totals that follow say that it is in force. Throws ApiError, and then nothing has changed. */
  setFilter(viewer: Viewer, asked: AskedFilter | null): void {
    // It may be gone by now.
    if (!this.viewers.has(viewer) || !viewer.stillMay()) return;
    if (asked === null) this.filters.leave(viewer);
    else this.filters.join(viewer, asked.key, asked.condition, asked.text);
    // At once: what is sent from now on is of the new filter.
    this.#tell([viewer], this.current());
  }

  /** Its filter was refused: it gets no flows until it asks for something else. */
  holdBack(viewer: Viewer): void {
    if (!this.viewers.has(viewer)) return;
    this.filters.leave(viewer);
    viewer.holdBack();
  }

  /** Those whose right to watch still holds; the others are let go before anything more is sent. */
  #welcome(): Iterable<Viewer> {
    for (const viewer of this.viewers) if (!viewer.stillMay()) this.removeViewer(viewer);
    return this.viewers;
  }

  /** All but the parts that differ from viewer to viewer. */
  totals(session: LiveSession): SharedTotals {
    const now = Date.now();
    const { record, figures } = session;
    const { oldestSecond } = figures.window;
    const states = this.#parts.ledgers().filter((state) => state.session === record.id);
    const sensor = addSensorLedgers(states.flatMap(({ health }) => health?.ledger ?? []));
    // Both sides at one moment, so that the figures can be compared.
    const server = addServerLedgers(states.map((state) => state.serverAtReport ?? state.server));
    const clock = clockOf(session, now);
    return {
      session: {
        id: record.id,
        kind: record.kind,
        name: record.name,
        beginSeconds: Number.isFinite(oldestSecond) ? oldestSecond : record.firstSeconds,
      },
      clock,
      ...figuresOf(figures, clock),
      sensors: [...session.channels].slice(0, MAX_SENSORS_TOLD).map((channel) => sensorView(channel, now)),
      ledger: { sensor, server, checks: checkLedger(sensor, server, clock.finished) },
      storageFull: this.#parts.isStorageFull(),
      seriesBehind: this.#parts.seriesBehind(),
      storeProblems: [...this.#parts.problemCodes()],
      credits: [...this.#parts.credits],
    };
  }
}
