/** The running page: what arrives goes into the state and the air, pictures and panels come out. */
import type { ErrorMessage, ViewerHello } from '../shared/wire/messages.ts';
import { Air } from './air.ts';
import { fetchAnswer } from './feed/answers.ts';
import { MOST_FILTER_CHARACTERS } from './feed/filter.ts';
import { noFilter } from './feed/filter-state.ts';
import { askNameWith, NetworkNames } from './feed/network-names.ts';
import type { PacketSource } from './feed/packet-source.ts';
import type { PageLedger, PageLedgerView } from './feed/page-ledger.ts';
import { PageLive } from './feed/page-live.ts';
import { Questions } from './feed/questions.ts';
import { SceneClock, type SecondsSource } from './feed/scene-clock.ts';
import { ServerPacketSource } from './feed/server-packets.ts';
import { seesTargets } from './feed/sign-in.ts';
import { Kiosk } from './kiosk/kiosk.ts';
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
import { type Chosen, initialState, type PageState } from './state.ts';
import { textOf } from './text/text.ts';
import { formatTime } from './text/time.ts';
import { Upkeep } from './upkeep.ts';
import { views } from './views/index.ts';

const PANEL_MILLISECONDS = 200;

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
  /** Begins the connection anew; whoever makes the feed says how. */
  reconnect = (): void => undefined;
  /** Tells the server which filter is wanted. */
  sendFilter = (_filter: string): void => undefined;
  /** Where the packets of flows are; whoever reads files in the page puts its own here. */
  packetSource: PacketSource = new ServerPacketSource();
  readonly replay = new PageReplay(this);
  readonly files = new PageFiles(this);
  readonly live = new PageLive(this);
  readonly air: Air;
  readonly upkeep = new Upkeep(this);
  readonly version: string;
  readonly #colours = new StreakColours();
  /** Who answers panels: the server, or a file that was dropped on the page. */
  #answering: typeof fetchAnswer = fetchAnswer;
  readonly #ask: typeof fetchAnswer = (...asked) => this.#answering(...asked);
  readonly #networks = new NetworkNames(() => this.updatePanels(), askNameWith(this.#ask));
  readonly questions = new Questions(() => this.#updateDesk(), this.#ask);
  readonly #loop: PictureLoop;
  #board: Board;
  #deskAsked = false;
  readonly pictures: PagePictures;

  constructor({ chosen, version, quality, reducedMotion }: PageOptions) {
    this.state = initialState(chosen);
    this.version = version;
    this.actions = createActions(this);
    this.state.rotating &&= !reducedMotion.matches;
    if (chosen.paused && chosen.replay === null) this.clock.pause();
    reducedMotion.addEventListener('change', () => {
      this.state.rotating = !reducedMotion.matches;
    });
    this.#board = this.#createBoard();
    const sensors = new SensorTable();
    this.#loop = new PictureLoop({
      quality,
      still: () => reducedMotion.matches,
      isCovered: () => this.#board.coversScene,
      clock: this.clock,
      state: this.state,
      sensors,
      colours: this.#colours,
      freeArea: (width, height) => this.#board.freeArea(width, height),
      isHeld: () => this.replay.player?.isAboutToJump ?? false,
      prepare: () => this.replay.advance(),
      settle: (now) => this.air.settle(now),
      captureAt: (now) => this.air.captureAt(now),
      pictureChanged: () => this.air.dropUnseen(),
    });
    const { clock } = this;
    this.air = new Air({ capacity: this.#loop.streakCapacity, sensors, clock, isDrawing: () => this.isDrawing });
    this.#loop.start(this.air.ring);
    this.pictures = new PagePictures(this.#loop, this.state, () => this.updatePanels());
    this.#loop.setWords(textOf(chosen.language), this.countryNames());
    new Pointing({
      loop: this.#loop,
      ring: this.air.ring,
      state: this.state,
      changed: () => this.updatePanels(),
    }).start();
    setInterval(() => this.#updateInTurn(), PANEL_MILLISECONDS / TURNS);
    this.#loop.showPalette();
    if (chosen.camera) this.#loop.orbit?.hold(chosen.camera);
    if (chosen.kioskSeconds !== null) this.kiosk.start(chosen.kioskSeconds);
    this.upkeep.start();
    if (chosen.replay) void this.replay.go({ ...chosen.replay, isPlaying: !chosen.paused });
  }

  get orbit(): Orbit | null {
    return this.#loop.orbit;
  }

  get board(): Board {
    return this.#board;
  }

  /** Pictures are made. */
  get isDrawing(): boolean {
    return this.#loop.drawing;
  }

  ledgerView(): PageLedgerView {
    // Until the first of a replay is there, what is live is shown.
    return ((this.air.isReplay ? this.replay.ledger : null) ?? this.air.liveLedger).view();
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

  /** From now on what is drawn is another's. */
  restartScene(ledger: PageLedger, plan: ReplayPlan | null, source: SecondsSource): void {
    this.air.restart(ledger, plan, source);
    this.state.hovered = this.state.pinned = null;
    if (plan !== null) this.state.filterInForce = { ...noFilter, text: this.state.filter };
  }

  /** The past is to be shown; what is live goes on until it is there. */
  beginReplay(): void {
    this.live.forgetFigures();
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
    this.questions.forget();
    const hello: ViewerHello = { software: this.version, role: 'analyst', name: null };
    if (answering === null && !seesTargets(this.live.serverHello)) this.forgetTargets();
    this.state.hello = answering === null ? this.live.serverHello : hello;
    this.updatePanels();
  }

  /** Back to what comes now. */
  endReplay(): void {
    if (!this.replay.isOpen) return;
    this.replay.close();
    this.files.close();
    this.restartScene(this.air.liveLedger, null, wallSeconds);
    this.state.paused = false;
    this.live.forgetFigures();
    this.live.resume();
    this.refreshPicture();
    this.updatePanels();
  }

  setClock(source: SecondsSource): void {
    this.air.setClock(source);
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
    state.captureSeconds = this.air.captureAt(this.clock.now());
    state.categories = this.#colours.update(state.settings.colourBy, state.totals);
  }

  /** What panels and scene show of a replay is worked out when they ask. */
  #tellReplay(): void {
    const totals = this.air.isReplay ? this.replay.totals() : null;
    if (totals === null) return;
    this.state.totals = totals.credits.length > 0 ? totals : { ...totals, credits: this.live.totalsNow?.credits ?? [] };
    this.air.sensors.update(totals.sensors);
    this.live.noteShown(totals);
    if (!this.state.paused) this.state.history.add(wallSeconds(), totals.rates.packetsPerSecond);
  }

  /** Another filter is wanted. Until it is in force nothing is drawn; what is in the air is not of it. */
  filterChanged(): void {
    const { state } = this;
    const { filter } = state;
    state.filterInForce = { ...state.filterInForce, refusal: null, askedMilliseconds: performance.now() };
    this.live.forgetHistory();
    if (this.replay.isOpen) this.replay.filterChanged(filter);
    else this.air.clear();
    // The server would refuse it, too, and would have to read it first.
    if (filter.length > MOST_FILTER_CHARACTERS) this.live.error({ code: 'FILTER_TOO_LARGE', message: '', filter });
    else this.sendFilter(filter);
  }

  refuseFilter(error: ErrorMessage): void {
    if (this.state.filterInForce.refusal?.filter !== error.filter) this.live.error(error);
  }

  /** Signed out: nothing of a target stays, on the picture, on the cards or in memory. */
  forgetTargets(): void {
    const { state } = this;
    this.air.ring.forgetTargets();
    this.live.forgetEarly();
    state.hovered = state.pinned = null;
    state.packets = null;
    if (state.totals) state.totals = { ...state.totals, targets: null };
    state.settings = { ...state.settings, cube: { ...state.settings.cube, targets: null } };
    this.refreshPicture();
  }

  #createBoard(): Board {
    const { language } = this.state;
    const text = textOf(language);
    const board = new Board({
      text,
      language,
      actions: this.actions,
      questions: this.questions,
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
