/** What comes now: each message of the live connection goes into the state and the air, unless something else is shown. */
import type { ErrorMessage, LiveTotals, ViewerHello } from '../../shared/wire/messages.ts';
import type { StreakBatch } from '../../shared/wire/streaks.ts';
import type { Page } from '../page.ts';
import { noFilter } from './filter-state.ts';
import type { FeedListener } from './live-feed.ts';
import { fetchHistory } from './rate-history.ts';
import { SamplingWatch } from './sampling.ts';
import { seesTargets } from './sign-in.ts';
import { otherServer } from './versions.ts';

/** Streaks that come before the first totals wait for the sensors' places; more than this many frames are not kept. */
const EARLY_FRAMES = 8;

/** Of a connection that has just begun. */
const NOTHING_OFFERED = { offered: 0, sent: 0, sampledOut: 0, filteredOut: 0 } as const;

const wallSeconds = () => performance.now() / 1000;

export class PageLive implements FeedListener {
  /** What the server said last, which does not hold for a dropped file. */
  serverHello: ViewerHello | null = null;
  /** The last that came, which are not shown while something else is. */
  totalsNow: LiveTotals | null = null;
  readonly #page: Page;
  readonly #sampling = new SamplingWatch();
  #early: StreakBatch[] = [];
  #historyAsked = false;
  /** Changes with what is shown: a history that was asked for before is of something else. */
  #shown = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** What is shown becomes another: figures of before say nothing of it. */
  forgetFigures(): void {
    this.forgetHistory();
    this.#forgetSampling();
  }

  /** Rates of another filter are asked for anew. */
  forgetHistory(): void {
    this.#shown += 1;
    this.#page.state.history.clear();
    this.#historyAsked = false;
  }

  forgetEarly(): void {
    this.#early = [];
  }

  /** The figures that are shown now, whether live or replayed. */
  noteShown({ viewer }: LiveTotals): void {
    this.#page.state.sampling = this.#sampling.add(wallSeconds(), viewer);
  }

  /** Back from a replay. */
  resume(): void {
    this.#page.state.totals = null;
    if (this.totalsNow !== null) this.#show(this.totalsNow);
  }

  connection(connection: Parameters<FeedListener['connection']>[0]): void {
    if (connection === 'connected') this.#begin();
    this.#page.state.connection = connection;
  }

  hello(hello: ViewerHello): void {
    const page = this.#page;
    const { state } = page;
    this.serverHello = hello;
    if (state.dropped) return;
    if (seesTargets(state.hello) && !seesTargets(hello)) page.forgetTargets();
    if (state.hello?.role !== hello.role) page.questions.forget();
    state.hello = hello;
    state.versions = { ...state.versions, otherServer: otherServer(hello.software, page.version) };
    page.updatePanels();
  }

  totals(totals: LiveTotals): void {
    const { replay } = this.#page;
    this.totalsNow = totals;
    replay.sawLive(totals.session.id, totals.clock.newestSeconds);
    if (!replay.isOpen) this.#show(totals);
    this.#takeEarly();
  }

  /** Totals that came now, or before a replay was opened. */
  #show(totals: LiveTotals): void {
    const { state, air } = this.#page;
    if (state.totals !== null && state.totals.session.id !== totals.session.id) this.#beginSession();
    state.totals = totals;
    this.#takeFilter(totals);
    air.plan.setClock(totals.clock);
    air.sensors.update(totals.sensors);
    this.noteShown(totals);
    state.recorded.refresh(totals.session.id);
    if (state.filterInForce.text !== state.filter) return;
    state.history.add(wallSeconds(), totals.rates.packetsPerSecond);
    if (!this.#historyAsked && totals.clock.newestSeconds !== null) void this.#askHistory(totals);
  }

  streaks(batch: StreakBatch): void {
    if (this.#page.state.totals === null && this.#early.length < EARLY_FRAMES) this.#early.push(batch);
    else this.#take(batch);
  }

  error(error: ErrorMessage): void {
    const { state } = this.#page;
    if (error.filter === undefined) state.problem = `${error.code}: ${error.message}`;
    else if (error.filter === state.filter) state.filterInForce = { ...state.filterInForce, refusal: error };
    this.#page.updatePanels();
  }

  badFrame(): void {
    const { state, air } = this.#page;
    air.liveLedger.badFrames += 1;
    state.versions = { ...state.versions, unread: state.versions.unread + 1 };
  }

  /** The server counts from zero for each connection, and so does the page. */
  #begin(): void {
    const { state, air, replay, questions, upkeep } = this.#page;
    if (!air.isReplay) air.ring.forgetWaiting();
    air.liveLedger.restart();
    this.totalsNow = this.totalsNow && { ...this.totalsNow, viewer: NOTHING_OFFERED };
    if (!air.isReplay && state.totals !== null) state.totals = { ...state.totals, viewer: NOTHING_OFFERED };
    this.#early = [];
    state.problem = null;
    state.versions = { ...state.versions, unread: 0 };
    upkeep.askForNewerPage();
    questions.retryNow();
    if (replay.isOpen) return;
    this.#forgetSampling();
    state.filterInForce = { ...noFilter, askedMilliseconds: performance.now() };
    this.#historyAsked = false;
  }

  #forgetSampling(): void {
    this.#page.state.sampling = null;
    this.#sampling.restart();
  }

  #takeEarly(): void {
    const { liveLedger } = this.#page.air;
    for (const batch of this.#early) this.#take(batch);
    this.#early = [];
    liveLedger.receivedAtTotals = liveLedger.received;
  }

  #take(batch: StreakBatch): void {
    const { state, air, replay } = this.#page;
    const { filter, filterInForce, paused } = state;
    const isUnseen = replay.isOpen || !this.#page.isDrawing || paused || filterInForce.text !== filter;
    if (isUnseen) air.letLivePass(batch);
    else air.takeLive(batch);
  }

  /** What comes behind these totals is of the filter that they name. */
  #takeFilter({ filter }: LiveTotals): void {
    const { state } = this.#page;
    const { text, sinceSeconds } = { text: '', sinceSeconds: null, ...filter };
    const { filterInForce: before } = state;
    if (text === before.text && sinceSeconds === before.sinceSeconds) return;
    const refusal = text === state.filter ? null : before.refusal;
    state.filterInForce = { ...before, text, sinceSeconds, refusal };
    if (text !== before.text) this.#page.updatePanels();
  }

  /** Another session: its times have nothing to do with those before. */
  #beginSession(): void {
    const { state, air } = this.#page;
    air.clear();
    air.plan.reset();
    state.pinned = state.hovered = null;
    this.forgetHistory();
  }

  async #askHistory({ clock }: LiveTotals): Promise<void> {
    this.#historyAsked = true;
    // At another speed than the wall's the past minutes would not fit the line that follows them.
    if (clock.mode !== 'live' || clock.newestSeconds === null) return;
    const { state } = this.#page;
    const { filter } = state;
    const shown = this.#shown;
    const past = await fetchHistory(clock.newestSeconds, wallSeconds(), filter);
    if (past && shown === this.#shown) state.history.prepend(past);
  }
}
