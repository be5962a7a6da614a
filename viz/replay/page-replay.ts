/** The replay of the page: opens a session at a moment, keeps the state up to date, and goes back to live. */
import { AWAY, fetchAnswer, type Problem, QuestionError, UNREADABLE } from '../feed/answers.ts';
import { PageLedger } from '../feed/page-ledger.ts';
import type { Page } from '../page.ts';
import { loopOf } from './loop.ts';
import { type PlayedSession, Player } from './player.ts';
import { ReplayPlan } from './replay-plan.ts';
import { ReplayTotals } from './replay-totals.ts';
import { serverStretches } from './server-stretches.ts';
import { readSensorPlaces, readSessionLedger, readStoredSessions, type StoredSession } from './session-facts.ts';
import type { Speed } from './speeds.ts';
import type { StretchSource } from './stretch.ts';
import type { PlayerScene } from './stretch-feed.ts';

/** What is wanted of a replay; what is left out stays, or is as usual. */
export interface ReplayWish {
  /** Of the list of sessions; that of the live picture where it is left out. */
  readonly session?: number;
  readonly atSeconds?: number;
  readonly speed?: Speed;
  readonly isPlaying?: boolean;
  readonly isLooping?: boolean;
}

/** What panels show of it. */
export interface ReplayView {
  readonly session: PlayedSession;
  readonly atSeconds: number;
  readonly speed: Speed;
  readonly rate: number;
  readonly isPlaying: boolean;
  /** For flows that are not there yet. */
  readonly isWaiting: boolean;
  readonly isFinished: boolean;
  readonly isLooping: boolean;
  readonly problem: Problem | null;
}

interface Opened {
  readonly player: Player;
  readonly totals: ReplayTotals;
  readonly ledger: PageLedger;
  isLooping: boolean;
}

const TICK_MILLISECONDS = 100;

export class PageReplay {
  readonly #page: Page;
  #opened: Opened | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Counts what was asked for: an answer that comes behind that of a later one is void. */
  #newest = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  get isOpen(): boolean {
    return this.#opened !== null;
  }

  get player(): Player | null {
    return this.#opened?.player ?? null;
  }

  /** Of the flows that are drawn; null while they are live ones. */
  get ledger(): PageLedger | null {
    return this.#opened?.ledger ?? null;
  }

  /** Opens a session of the server, or goes elsewhere in the one that is open. What cannot be had is told, and nothing changes. */
  async go(wish: ReplayWish): Promise<void> {
    const { state } = this.#page;
    const opened = this.#opened;
    const isSame = opened !== null && (wish.session ?? opened.player.session.id) === opened.player.session.id;
    // A file that was dropped has a number of its own, which is no session of the server.
    if (opened !== null && isSame && !(state.dropped && wish.session !== undefined)) {
      this.#change(opened, wish);
      return;
    }
    const asked = ++this.#newest;
    const id = wish.session ?? state.totals?.session.id;
    try {
      const sessions = readStoredSessions(await ask('api/v1/sessions'));
      const session = id === undefined ? sessions[0] : sessions.find((one) => one.id === id);
      if (asked !== this.#newest) return;
      if (session === undefined) throw new QuestionError(404, { code: 'API_NO_SESSION', detail: '' });
      this.#page.files.close();
      this.open(playedOf(session), serverStretches, wish);
      await this.#askFacts(session.id);
    } catch (error) {
      if (asked !== this.#newest) return;
      state.replayProblem = error instanceof QuestionError ? error.problem : { code: UNREADABLE, detail: '' };
      this.#page.updatePanels();
    }
  }

  /** Plays what `source` has of a session. */
  open(session: PlayedSession, source: StretchSource, wish: ReplayWish): void {
    const { state } = this.#page;
    this.#opened?.player.close();
    const totals = new ReplayTotals();
    const ledger = new PageLedger();
    const isLooping = wish.isLooping ?? false;
    const player = new Player({
      session,
      source,
      scene: this.#scene(totals, ledger),
      wall: () => performance.now() / 1000,
      filter: state.filter,
      speed: wish.speed ?? 1,
      atSeconds: wish.atSeconds ?? session.firstSeconds,
      isPlaying: wish.isPlaying ?? true,
      loop: isLooping ? loopOf(state.span, session) : null,
    });
    this.#opened = { player, totals, ledger, isLooping };
    state.replayProblem = null;
    clearInterval(this.#timer);
    // Without pictures, too, what was asked for comes.
    this.#timer = setInterval(() => this.#tickUnseen(), TICK_MILLISECONDS);
    this.#page.beginReplay();
    this.tick();
  }

  togglePlay(): void {
    this.#opened?.player.play(!this.#opened.player.isPlaying);
    this.tick();
  }

  close(): void {
    this.#newest += 1;
    clearInterval(this.#timer);
    this.#opened?.player.close();
    this.#opened = null;
    this.#page.state.replay = null;
    this.#page.state.replayProblem = null;
  }

  /** For every picture. */
  advance(): void {
    this.#opened?.player.advance();
    this.tick();
  }

  /** Where no pictures are made the time goes on all the same. */
  #tickUnseen(): void {
    if (this.#page.pictureFacts().isDrawing) this.tick();
    else this.advance();
  }

  tick(): void {
    const opened = this.#opened;
    if (opened === null) return;
    opened.player.tick();
    const { state } = this.#page;
    state.replay = viewOf(opened);
    state.paused = !opened.player.isPlaying;
    const { problem } = opened.player;
    if (problem !== null && state.filter !== '' && state.filterInForce.text !== state.filter)
      this.#page.refuseFilter({ code: problem.code, message: problem.detail, filter: state.filter });
  }

  /** The totals as they are now; null while nothing is shown. */
  totals() {
    const opened = this.#opened;
    return opened === null ? null : opened.totals.of(opened.player);
  }

  /** What is known beside the flows. */
  tellFacts(facts: Partial<Pick<ReplayTotals, 'credits' | 'ledger' | 'sensors'>>): void {
    if (this.#opened !== null) Object.assign(this.#opened.totals, facts);
  }

  filterChanged(filter: string): void {
    this.#opened?.player.change({ filter });
    this.tick();
  }

  /** The span that a loop goes round in. */
  spanChanged(): void {
    const { isLooping, player } = this.#opened ?? {};
    if (isLooping && player) player.change({ loop: loopOf(this.#page.state.span, player.session) });
  }

  /** More of what is being recorded. */
  sawLive(sessionId: number, newestSeconds: number | null): void {
    const player = this.#opened?.player;
    if (player === undefined || newestSeconds === null || player.session.id !== sessionId) return;
    if (player.session.isGrowing && newestSeconds > player.session.lastSeconds)
      player.setSession({ ...player.session, lastSeconds: newestSeconds });
  }

  #change(opened: Opened, { atSeconds, speed, isPlaying, isLooping }: ReplayWish): void {
    const { player } = opened;
    this.#page.state.replayProblem = null;
    if (isLooping !== undefined) opened.isLooping = isLooping;
    const loop = opened.isLooping ? loopOf(this.#page.state.span, player.session) : null;
    player.change({ loop, ...(speed === undefined ? {} : { speed }) });
    if (atSeconds !== undefined) player.seek(atSeconds);
    if (isPlaying !== undefined) player.play(isPlaying);
    this.tick();
  }

  #scene(totals: ReplayTotals, ledger: PageLedger): PlayerScene {
    const page = this.#page;
    const plan = () => new ReplayPlan(this.#opened!.player.clock);
    return {
      capacity: page.air.ring.capacity,
      restart: () => page.restartScene(ledger, plan(), () => this.#opened!.player.clock.now()),
      begin: ({ head, batches }) => {
        totals.add(head);
        ledger.received += batches.reduce((sum, { length }) => sum + length, 0);
        ledger.receivedAtTotals = ledger.received;
      },
      launch: (batch, from, to) => page.air.launchRows(batch, from, to),
      drop: (flows) => {
        ledger.expired += flows;
      },
    };
  }

  /** Of the server, beside the flows: without them the picture is as good. */
  async #askFacts(session: number): Promise<void> {
    const opened = this.#opened;
    const [sensors, ledger] = await Promise.allSettled([
      ask('api/v1/sensors'),
      ask(`api/v1/ledger?session=${session}`),
    ]);
    if (opened === null || this.#opened !== opened) return;
    try {
      if (sensors.status === 'fulfilled') opened.totals.sensors = readSensorPlaces(sensors.value);
      if (ledger.status === 'fulfilled') opened.totals.ledger = readSessionLedger(ledger.value);
    } catch {
      // A server of another version: the scene shows what it can.
    }
  }
}

const ask = (path: string) => fetchAnswer(path, AbortSignal.timeout(20_000), () => undefined).catch(asProblem);

function asProblem(error: unknown): never {
  throw error instanceof QuestionError ? error : new QuestionError(0, { code: AWAY, detail: '' });
}

function playedOf({ id, kind, name, firstSeconds, lastSeconds, isFed }: StoredSession): PlayedSession {
  return { id, kind, name, firstSeconds, lastSeconds, isGrowing: isFed };
}

function viewOf({ player, isLooping }: Opened): ReplayView {
  const { session, atSeconds, speed, rate, isPlaying, isWaiting, isFinished, problem } = player;
  return { session, atSeconds, speed, rate, isPlaying, isWaiting, isFinished, isLooping, problem };
}
