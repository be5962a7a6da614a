/** The running page: what arrives goes into the state and the ring, pictures and panels come out. */
import type { ErrorMessage, LiveTotals, ViewerHello } from '../shared/wire/messages.ts';
import type { StreakBatch } from '../shared/wire/streaks.ts';
import { fetchAnswer } from './feed/answers.ts';
import { MOST_FILTER_CHARACTERS } from './feed/filter.ts';
import { noFilter } from './feed/filter-state.ts';
import { LaunchPlan } from './feed/launch-plan.ts';
import type { FeedListener } from './feed/live-feed.ts';
import { askNameWith, NetworkNames } from './feed/network-names.ts';
import type { PacketSource } from './feed/packet-source.ts';
import { PageLedger, type PageLedgerView } from './feed/page-ledger.ts';
import { Questions } from './feed/questions.ts';
import { fetchHistory } from './feed/rate-history.ts';
import { SamplingWatch } from './feed/sampling.ts';
import { SceneClock, type SecondsSource } from './feed/scene-clock.ts';
import { ServerPacketSource } from './feed/server-packets.ts';
import { seesTargets } from './feed/sign-in.ts';
import { otherServer } from './feed/versions.ts';
import { Kiosk } from './kiosk/kiosk.ts';
import { LIFE_SECONDS } from './layers/streak-uniforms.ts';
import { createActions } from './page-actions.ts';
import { Board, TURNS } from './panels/board.ts';
import type { PageActions } from './panels/panel.ts';
import { PagePictures } from './pictures/page-pictures.ts';
import { Pointing } from './pointing.ts';
import { PageFiles } from './replay/page-files.ts';
import { PageReplay } from './replay/page-replay.ts';
import type { ReplayPlan } from './replay/replay-plan.ts';
import type { Orbit } from './scene/orbit.ts';
import { PictureLoop } from './scene/picture-loop.ts';
import { SensorTable } from './scene/sensor-table.ts';
import type { SparkPlace } from './scene/spark-place.ts';
import { StreakColours } from './scene/streak-colours.ts';
import { factsOf, type StreakFacts } from './scene/streak-facts.ts';
import { StreakRing } from './scene/streak-ring.ts';
import { launchRows, writeStreaks } from './scene/streak-writer.ts';
import { type Chosen, initialState, type PageState } from './state.ts';
import { textOf } from './text/text.ts';
import { formatTime } from './text/time.ts';
import { Upkeep } from './upkeep.ts';
import { views } from './views/index.ts';

const PANEL_MILLISECONDS = 200;
/** Streaks that come before the first totals wait for the sensors' places; more than this many frames are not kept. */
const EARLY_FRAMES = 8;

export interface PageOptions {
  /** What the address asks for. */
  chosen: Chosen;
  /** What this page was built with. */
  version: string;
  quality: string | null;
  reducedMotion: MediaQueryList;
}

const wallSeconds = () => performance.now() / 1000;

export class Page {
  readonly state: PageState;
  readonly actions: PageActions;
  readonly clock = new SceneClock(wallSeconds);
  readonly plan = new LaunchPlan();
  /** Begins the connection anew; whoever makes the feed says how. */
  reconnect = (): void => undefined;
  /** Tells the server which filter is wanted. */
  sendFilter = (_filter: string): void => undefined;
  /** Where the packets of flows are; whoever reads files in the page puts its own here. */
  packetSource: PacketSource = new ServerPacketSource();
  readonly replay = new PageReplay(this);
  readonly files = new PageFiles(this);
  /** Of the live connection. */
  readonly #ledger = new PageLedger();
  /** Of what is in the air. */
  #drawn = this.#ledger;
  #replayPlan: ReplayPlan | null = null;
  /** The last totals that came, which are not shown while something else is. */
  #liveTotals: LiveTotals | null = null;
  readonly #sensors = new SensorTable();
  readonly #colours = new StreakColours();
  /** Who answers panels: the server, or a file that was dropped on the page. */
  #answering: typeof fetchAnswer = fetchAnswer;
  readonly #ask: typeof fetchAnswer = (...asked) => this.#answering(...asked);
  readonly #networks = new NetworkNames(() => this.updatePanels(), askNameWith(this.#ask));
  readonly #questions = new Questions(() => this.#updateDesk(), this.#ask);
  /** What the server said last, which does not hold for a dropped file. */
  #serverHello: ViewerHello | null = null;
  readonly #ring: StreakRing;
  readonly #loop: PictureLoop;
  #early: StreakBatch[] = [];
  #board: Board;
  #historyAsked = false;
  #deskAsked = false;
  readonly #version: string;
  readonly #sampling = new SamplingWatch();
  readonly #upkeep = new Upkeep(this);
  readonly pictures: PagePictures;

  constructor({ chosen, version, quality, reducedMotion }: PageOptions) {
    this.state = initialState(chosen);
    this.#version = version;
    this.actions = createActions(this);
    this.state.rotating &&= !reducedMotion.matches;
    if (chosen.paused && chosen.replay === null) this.clock.pause();
    reducedMotion.addEventListener('change', () => {
      this.state.rotating = !reducedMotion.matches;
    });
    this.#board = this.#createBoard();
    this.#loop = new PictureLoop({
      quality,
      still: () => reducedMotion.matches,
      isCovered: () => this.#board.coversScene,
      clock: this.clock,
      state: this.state,
      sensors: this.#sensors,
      colours: this.#colours,
      freeArea: (width, height) => this.#board.freeArea(width, height),
      isHeld: () => this.replay.player?.isAboutToJump ?? false,
      prepare: () => this.replay.advance(),
      settle: (now) => this.#settle(now),
      captureAt: (now) => this.#captureAt(now),
      pictureChanged: () => this.#dropUnseen(),
    });
    this.#ring = new StreakRing(this.#loop.streakCapacity, LIFE_SECONDS);
    this.#loop.start(this.#ring);
    this.pictures = new PagePictures(this.#loop, this.state, () => this.updatePanels());
    this.#loop.setWords(textOf(chosen.language), this.countryNames());
    new Pointing({ loop: this.#loop, ring: this.#ring, state: this.state, changed: () => this.updatePanels() }).start();
    setInterval(() => this.#updateInTurn(), PANEL_MILLISECONDS / TURNS);
    this.#loop.showPalette();
    if (chosen.camera) this.#loop.orbit?.hold(chosen.camera);
    if (chosen.kioskSeconds !== null) this.kiosk.start(chosen.kioskSeconds);
    this.#upkeep.start();
    if (chosen.replay) void this.replay.go({ ...chosen.replay, isPlaying: !chosen.paused });
  }

  readonly feedListener: FeedListener = {
    connection: (connection) => {
      if (connection === 'connected') this.#beginConnection();
      if (connection === 'connected') this.#questions.retryNow();
      this.state.connection = connection;
    },
    hello: (hello) => this.#takeHello(hello),
    totals: (totals) => this.#takeTotals(totals),
    streaks: (batch) => {
      if (this.state.totals === null && this.#early.length < EARLY_FRAMES) this.#early.push(batch);
      else this.#takeStreaks(batch);
    },
    error: (error) => this.#takeError(error),
    badFrame: () => {
      this.#ledger.badFrames += 1;
      const { versions } = this.state;
      this.state.versions = { ...versions, unread: versions.unread + 1 };
    },
  };

  get orbit(): Orbit | null {
    return this.#loop.orbit;
  }

  get board(): Board {
    return this.#board;
  }

  ledgerView(): PageLedgerView {
    return (this.replay.ledger ?? this.#ledger).view();
  }

  get streakCapacity(): number {
    return this.#ring.capacity;
  }

  inFlight(): number {
    return this.#ring.inFlight(this.clock.now());
  }

  /** Facts of the streaks in the air, for tests. */
  flying(most: number): StreakFacts[] {
    const now = this.clock.now();
    const slots = Array.from({ length: this.#ring.used }, (_, slot) => slot);
    const alive = slots.filter((slot) => this.#ring.isAlive(slot, now)).slice(0, most);
    return alive.map((slot) => factsOf(this.#ring, slot));
  }

  launchedSince(sceneSeconds: number) {
    const now = this.clock.now();
    return { now, captured: this.#ring.capturedBetween(sceneSeconds, now) };
  }

  pictureFacts() {
    return this.#loop.facts;
  }

  /** The slot of the streak at a point of the canvas, for tests. */
  pick(x: number, y: number): number | null | undefined {
    return this.#loop.pick(x, y);
  }

  /** Where on the canvas the spark of a slot's streak is, for tests. */
  sparkPlace(slot: number): SparkPlace | null {
    return this.#loop.sparkPlace(slot);
  }

  /** From now on what is drawn is another's: what flies is gone, and time begins anew. */
  restartScene({ ledger, plan, source }: { ledger: PageLedger; plan: ReplayPlan | null; source: SecondsSource }): void {
    this.#drawn.expired += this.#ring.clear();
    this.#drawn = ledger;
    this.#replayPlan = plan;
    this.plan.reset();
    this.clock.setSource(source);
    this.state.hovered = this.state.pinned = null;
    const { filter } = this.state;
    if (plan !== null) this.state.filterInForce = { ...noFilter, text: filter };
  }

  /** Flows of a replay start. */
  launchRows(batch: StreakBatch, from: number, to: number): void {
    if (!this.#loop.drawing) {
      this.#drawn.expired += to - from;
      return;
    }
    const sensorIndex = (id: number) => this.#sensors.indexOf(id);
    const target = { ring: this.#ring, plan: this.#replayPlan!, ledger: this.#drawn, sensorIndex };
    launchRows(batch, from, to, target, this.clock.now());
  }

  /** The past is to be shown; what is live goes on until it is there. */
  beginReplay(): void {
    this.state.history.clear();
    this.state.sampling = null;
    this.#sampling.restart();
    this.clock.resume();
    this.updatePanels();
  }

  /** A capture that was dropped on the page, or chosen. */
  openFile(file: File): void {
    this.files.open(file);
    this.updatePanels();
  }

  /** From now on panels ask whoever that is; null for the server. What was dropped is the viewer's own: nothing is masked. */
  askElsewhere(answering: typeof fetchAnswer | null, packets: PacketSource | null): void {
    this.#answering = answering ?? fetchAnswer;
    this.packetSource = packets ?? new ServerPacketSource();
    this.state.dropped = answering !== null;
    this.state.about = null;
    this.#questions.forget();
    const hello: ViewerHello = { software: this.#version, role: 'analyst', name: null };
    if (answering === null && !seesTargets(this.#serverHello)) this.forgetTargets();
    this.state.hello = answering === null ? this.#serverHello : hello;
    this.updatePanels();
  }

  /** Back to what comes now. */
  endReplay(): void {
    if (!this.replay.isOpen) return;
    this.replay.close();
    this.files.close();
    this.restartScene({ ledger: this.#ledger, plan: null, source: wallSeconds });
    const { state } = this;
    state.paused = false;
    state.history.clear();
    this.#historyAsked = false;
    state.sampling = null;
    this.#sampling.restart();
    state.totals = null;
    if (this.#liveTotals !== null) this.#takeTotals(this.#liveTotals);
    this.refreshPicture();
    this.updatePanels();
  }

  setClock(source: SecondsSource): void {
    this.#drawn.expired += this.#ring.clear();
    this.plan.reset();
    this.clock.setSource(source);
    this.#loop.exact = true;
  }

  /** Views in turn, for a wall. */
  readonly kiosk = new Kiosk({
    viewIds: views.map(({ id }) => id),
    settings: () => this.state.settings,
    show: (settings) => {
      this.state.settings = settings;
      this.refreshPicture();
    },
    resized: () => this.resizePicture(),
    newerPage: () => this.state.versions.newerPage,
    connected: () => this.state.connection === 'connected',
  });

  showPalette(): void {
    this.#loop.showPalette();
  }

  /** What leaves room for the picture has changed, or its words. */
  resizePicture(): void {
    this.#loop.resize();
  }

  refreshPicture(): void {
    this.#loop.refresh();
  }

  /** The board of the language that the state names now. */
  renewBoard(): void {
    this.#board.remove();
    this.#board = this.#createBoard();
    this.#loop.setWords(textOf(this.state.language), this.countryNames());
    this.updatePanels();
    this.#loop.resize();
  }

  countryNames(): (code: string) => string {
    const { language } = this.state;
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'code' });
    const { unknownCountry } = textOf(language);
    return (code) => (/^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : unknownCountry);
  }

  /** All panels now, for what a viewer did. */
  updatePanels(): void {
    if (document.hidden) return;
    this.#tellState();
    this.#board.update(this.state);
  }

  #updateInTurn(): void {
    if (document.hidden) return;
    this.#tellState();
    this.#board.updateInTurn(this.state);
  }

  /** Answers came: the desk is drawn with the next picture, once for all of them. */
  #updateDesk(): void {
    if (this.#deskAsked || document.hidden) return;
    this.#deskAsked = true;
    requestAnimationFrame(() => {
      this.#deskAsked = false;
      this.#board.desk.update(this.state);
    });
  }

  #tellState(): void {
    const { state } = this;
    this.#tellReplay();
    state.page = this.ledgerView();
    state.captureSeconds = this.#captureAt(this.clock.now());
    state.categories = this.#colours.update(state.settings.colourBy, state.totals);
  }

  #captureAt(now: number): number | null {
    return this.#replayPlan === null ? this.plan.captureAt(now) : this.#replayPlan.captureAt(now);
  }

  /** What panels and scene show of a replay is worked out when they ask. */
  #tellReplay(): void {
    const totals = this.#replayPlan === null ? null : this.replay.totals();
    if (totals === null) return;
    this.state.totals = totals.credits.length > 0 ? totals : { ...totals, credits: this.#liveTotals?.credits ?? [] };
    this.#sensors.update(totals.sensors);
    this.state.sampling = this.#sampling.add(wallSeconds(), totals.viewer);
    if (!this.state.paused) this.state.history.add(wallSeconds(), totals.rates.packetsPerSecond);
  }

  /** Another filter is wanted. Until it is in force nothing is drawn; what is in the air is not of it. */
  filterChanged(): void {
    const { state } = this;
    const { filter } = state;
    state.filterInForce = { ...state.filterInForce, refusal: null, askedMilliseconds: performance.now() };
    state.history.clear();
    this.#historyAsked = false;
    if (this.replay.isOpen) this.replay.filterChanged(filter);
    else this.#drawn.expired += this.#ring.clear();
    // The server would refuse it, too, and would have to read it first.
    if (filter.length > MOST_FILTER_CHARACTERS) this.#takeError({ code: 'FILTER_TOO_LARGE', message: '', filter });
    else this.sendFilter(filter);
  }

  refuseFilter(error: ErrorMessage): void {
    if (this.state.filterInForce.refusal?.filter !== error.filter) this.#takeError(error);
  }

  #takeError(error: ErrorMessage): void {
    const { state } = this;
    if (error.filter === undefined) state.problem = `${error.code}: ${error.message}`;
    else if (error.filter === state.filter) state.filterInForce = { ...state.filterInForce, refusal: error };
    this.updatePanels();
  }

  /** The server counts from zero for each connection, and so does the page. */
  #beginConnection(): void {
    if (!this.replay.isOpen) this.#ring.forgetWaiting();
    this.#ledger.restart();
    this.#early = [];
    this.state.problem = null;
    this.state.versions = { ...this.state.versions, unread: 0 };
    this.#upkeep.askForNewerPage();
    if (this.replay.isOpen) return;
    this.state.sampling = null;
    this.#sampling.restart();
    this.state.filterInForce = { ...noFilter, askedMilliseconds: performance.now() };
    this.#historyAsked = false;
  }

  #takeHello(hello: ViewerHello): void {
    this.#serverHello = hello;
    if (this.state.dropped) return;
    if (seesTargets(this.state.hello) && !seesTargets(hello)) this.forgetTargets();
    if (this.state.hello?.role !== hello.role) this.#questions.forget();
    this.state.hello = hello;
    const { versions } = this.state;
    this.state.versions = { ...versions, otherServer: otherServer(hello.software, this.#version) };
    this.updatePanels();
  }

  /** Signed out: nothing of a target stays, on the picture, on the cards or in memory. */
  forgetTargets(): void {
    const { state } = this;
    this.#ring.forgetTargets();
    this.#early = [];
    state.hovered = state.pinned = null;
    state.packets = null;
    if (state.totals) state.totals = { ...state.totals, targets: null };
    state.settings = { ...state.settings, cube: { ...state.settings.cube, targets: null } };
    this.refreshPicture();
  }

  #takeTotals(totals: LiveTotals): void {
    const { state } = this;
    this.#liveTotals = totals;
    this.replay.sawLive(totals.session.id, totals.clock.newestSeconds);
    if (this.replay.isOpen) {
      this.#dropEarly();
      return;
    }
    if (state.totals !== null && state.totals.session.id !== totals.session.id) this.#beginSession();
    state.totals = totals;
    this.#takeFilter(totals);
    this.plan.setClock(totals.clock);
    this.#sensors.update(totals.sensors);
    this.#dropEarly();
    state.sampling = this.#sampling.add(wallSeconds(), totals.viewer);
    state.recorded.refresh(totals.session.id);
    if (state.filterInForce.text !== state.filter) return;
    state.history.add(wallSeconds(), totals.rates.packetsPerSecond);
    if (!this.#historyAsked && totals.clock.newestSeconds !== null) void this.#askHistory(totals);
  }

  #dropEarly(): void {
    for (const batch of this.#early) this.#takeStreaks(batch);
    this.#early = [];
    this.#ledger.receivedAtTotals = this.#ledger.received;
  }

  /** What comes behind these totals is of the filter that they name. */
  #takeFilter({ filter }: LiveTotals): void {
    const { state } = this;
    const { text, sinceSeconds } = { text: '', sinceSeconds: null, ...filter };
    const { filterInForce: before } = state;
    if (text === before.text && sinceSeconds === before.sinceSeconds) return;
    const refusal = text === state.filter ? null : before.refusal;
    state.filterInForce = { ...before, text, sinceSeconds, refusal };
    if (text !== before.text) this.updatePanels();
  }

  /** Another session: its times have nothing to do with those before. */
  #beginSession(): void {
    this.#drawn.expired += this.#ring.clear();
    this.plan.reset();
    this.state.history.clear();
    this.state.pinned = this.state.hovered = null;
    this.#historyAsked = false;
  }

  async #askHistory({ clock }: LiveTotals): Promise<void> {
    this.#historyAsked = true;
    // At another speed than the wall's the past minutes would not fit the line that follows them.
    if (clock.mode !== 'live' || clock.newestSeconds === null) return;
    const { filter } = this.state;
    const past = await fetchHistory(clock.newestSeconds, wallSeconds(), filter);
    if (past && filter === this.state.filter) this.state.history.prepend(past);
  }

  #takeStreaks(batch: StreakBatch): void {
    const { filter, filterInForce, paused } = this.state;
    if (this.replay.isOpen || !this.#loop.drawing || paused || filterInForce.text !== filter) {
      // Nobody sees these: they are counted, and no picture is owed for them later.
      this.#ledger.received += batch.length;
      this.#ledger.expired += batch.length;
      return;
    }
    const sensorIndex = (id: number) => this.#sensors.indexOf(id);
    writeStreaks(batch, { ring: this.#ring, plan: this.plan, ledger: this.#ledger, sensorIndex }, this.clock.now());
  }

  #settle(now: number): void {
    const { drawn, expired } = this.#ring.settle(now);
    this.#drawn.drawn += drawn;
    this.#drawn.expired += expired;
  }

  /** No picture is made for now (hidden tab, lost graphics): what waits will not be seen. */
  #dropUnseen(): void {
    if (this.#loop.drawing) this.plan.reset();
    else this.#drawn.expired += this.#ring.clear();
  }

  #createBoard(): Board {
    const { language } = this.state;
    const text = textOf(language);
    const board = new Board({
      text,
      language,
      actions: this.actions,
      questions: this.#questions,
      packets: { packetsOf: (flow, signal) => this.packetSource.packetsOf(flow, signal) },
      countryName: this.countryNames(),
      timeOf: (seconds) => formatTime(seconds, this.state.timeZone, language),
      networkName: (asn) => this.#networks.of(asn),
    });
    document.documentElement.lang = language;
    document.title = text.title;
    document.getElementById('page')?.prepend(board.skipLinks);
    document.getElementById('page')?.append(board.element);
    return board;
  }
}
