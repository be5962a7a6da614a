/** The way to the server: what is captured now over one connection, what waits from before over another beside it. */
import type { ClientOptions } from 'ws';
import { encodeFrame, type Frame, FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { SensorHealth, SensorHello, ServerHello, SpoolReport } from '../../shared/wire/messages.ts';
import { Backlog, type BacklogGroup, contact, earlierOf, isContacted } from './backlog.ts';
import type { FrameQueue } from './frame-queue.ts';
import type { QueueTotals } from './frame-source.ts';
import { Lag } from './lag.ts';
import { Link, type LinkOptions, type Welcome } from './link.ts';
import { MemoryQueues } from './memory-queues.ts';
import { nodePlatform } from './platform.ts';
import { UplinkError } from './refusals.ts';
import { SeldomWords } from './seldom-words.ts';
import { type Spool, SpoolError } from './spool.ts';
import { findingsIn } from './spool-record.ts';
import { SpooledFrames } from './spooled-frames.ts';

export { UplinkError };

const MAX_FRAMES_IN_FLIGHT = 32;
const MAX_BYTES_IN_FLIGHT = 8 << 20;
const DEFAULT_QUEUE_BYTES = 64 << 20;
/** What waited for longer is delivered beside what is captured now, and no more before it. */
const BEFORE_MILLISECONDS = 10_000;
const LOOK_EVERY_MILLISECONDS = 1_000;

export interface UplinkOptions {
  /** Such as `ws://127.0.0.1:8600`. */
  readonly server: string;
  /** Asked anew for each connection. */
  readonly token: () => string;
  readonly connect?: ClientOptions;
  /** Its epoch names the run. */
  readonly hello: SensorHello;
  /** Off on loopback, where bytes are cheaper than deflate. */
  readonly compress: boolean;
  /** Without one, frames wait in memory: so many bytes of all epochs together. */
  readonly spool?: Spool | null;
  readonly queueBytes?: number;
  /** A refusal does not end the run, unless it is the first answer of all and `isWatched`. */
  readonly isPatient?: boolean;
  /** Somebody sits there who can do something about it. */
  readonly isWatched?: boolean;
  readonly newEpoch?: () => number;
  /** There will be no more attempts. */
  readonly onFailure?: () => void;
  readonly log: (message: string) => void;
}

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #memory: MemoryQueues;
  readonly #link: Link;
  readonly #backlog: Backlog;
  readonly #group: BacklogGroup;
  #hello: SensorHello;
  #own: FrameQueue | SpooledFrames;
  #nextSequence = 1;
  #hurrying = false;
  #welcomed = false;
  #hasGreeted = true;
  #failure: UplinkError | null = null;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** Since when not everything could be sent. */
  #behindMilliseconds: number | null = performance.now();
  #report: (() => SensorHealth) | null = null;
  #refusedToken: string | null = null;
  readonly #words: SeldomWords;
  readonly #lag = new Lag();
  /** Times at which the server broke the rules. */
  faults = 0;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#words = new SeldomWords(options.log);
    const { spool, hello, queueBytes } = options;
    this.#hello = hello;
    const earlier = spool?.epochs.slice() ?? [];
    this.#memory = new MemoryQueues(queueBytes ?? DEFAULT_QUEUE_BYTES);
    this.#own = spool?.begin(hello) ?? this.#memory.begin();
    const { totals } = this.#own;
    this.#group = {
      isOwn: true,
      totals,
      earlier: earlier.filter((frames) => frames.totals === totals),
      contacted: 0,
    };
    this.#backlog = new Backlog({ ...this.#linkParts(), run: hello, mayGo: () => this.#link.isReady });
    const groups = new Map([[totals, this.#group]]);
    for (const frames of earlier) {
      const group = groups.get(frames.totals) ?? foreignGroup(frames.totals, earlier);
      groups.set(frames.totals, group);
      this.#addBacklog(frames, frames.epoch.hello, group);
    }
    this.#link = new Link({
      ...this.#linkParts(),
      maxFramesInFlight: MAX_FRAMES_IN_FLIGHT,
      hello: () => this.#sayHello(),
      frames: () => this.#own,
      onWelcome: (answer) => this.#welcome(answer),
      onProgress: () => this.#progress(),
      onRefused: (error) => this.#refused(error),
    });
  }

  #linkParts() {
    const { server, token, connect = {}, spool } = this.#options;
    return {
      server,
      token,
      connect,
      maxBytesInFlight: Math.min(MAX_BYTES_IN_FLIGHT, spool?.segmentBytes ?? MAX_BYTES_IN_FLIGHT),
      log: (message: string) => this.#words.tell(message),
      onProgress: () => this.#wake(),
      onFault: () => void this.faults++,
      onRefused: (error: UplinkError) => this.#refusedBacklog(error),
    } satisfies Partial<LinkOptions>;
  }

  #addBacklog(frames: FrameQueue | SpooledFrames, hello: SensorHello, group: BacklogGroup): void {
    const done = () => {
      if (frames instanceof SpooledFrames) this.#options.spool?.remove(frames);
      else this.#memory.remove(frames);
      this.#wake();
    };
    this.#backlog.add({ hello, frames, group, done });
  }

  get totals(): Readonly<QueueTotals> {
    return this.#group.totals;
  }

  /** Names this process. */
  get run(): number {
    return this.#options.hello.epoch;
  }

  get epoch(): number {
    return this.#hello.epoch;
  }

  /** The sequence number that the next frame will have. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** From making to storing, of what is captured now. */
  get lagSeconds(): number {
    return this.#lag.seconds;
  }

  spoolReport(): SpoolReport | null {
    return this.#options.spool?.report(this.totals) ?? null;
  }

  /** Who is asked for the report that goes before the first frame. */
  reportWith(report: () => SensorHealth): void {
    this.#report = report;
  }

  start(): void {
    this.#options.spool?.start();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MILLISECONDS);
    this.#link.start();
  }

  /** Queues a frame whose epoch and sequence are `epoch` and `nextSequence`. */
  send(frame: Frame, packets: number): void {
    this.#push(frame, frame.rows, packets);
  }

  /** As `send`; what it carries are no flows, and is in none of their sums. */
  sendFindings(frame: Frame): void {
    this.#push(frame, 0, 0);
  }

  #push(frame: Frame, flows: number, packets: number): void {
    this.#lag.made(this.#nextSequence);
    const bytes = encodeFrame(frame, { compress: this.#options.compress, platform: nodePlatform });
    this.#own.push({ sequence: this.#nextSequence++, bytes, flows, packets, findings: findingsIn(bytes) });
    this.#link.pump();
  }

  /** The last report of this run, which is stored and acknowledged like flows. */
  sendLastWord(health: SensorHealth): void {
    // Where it is stored and only the acknowledgement was lost, a greeting would take it back.
    this.#report = null;
    this.#keepWord(health);
    const sequence = this.#nextSequence++;
    const bytes = encodeJsonFrame(FrameKind.health, health, this.epoch, sequence);
    this.#own.push({ sequence, bytes, flows: 0, packets: 0, findings: 0 });
    this.#link.pump();
  }

  /** Running totals: not queued, since the next one replaces them; but the last ones are kept on disk. */
  sendHealth(health: SensorHealth): void {
    this.#link.say(FrameKind.health, health);
    this.#keepWord(health);
  }

  #keepWord(health: SensorHealth): void {
    if (this.#own instanceof SpooledFrames) this.#options.spool?.keepWord(this.#own, this.#ownWord(health));
  }

  /** Without what earlier runs had closed: the next run counts that by itself. */
  #ownWord(health: SensorHealth): SensorHealth {
    const { flowsRecoveredDropped, packetsRecoveredDropped } = this.totals;
    const ledger = {
      ...health.ledger,
      flowsSpoolDropped: health.ledger.flowsSpoolDropped - flowsRecoveredDropped,
      packetsSpoolDropped: health.ledger.packetsSpoolDropped - packetsRecoveredDropped,
    };
    return { ...health, ledger, recovered: { flows: 0, packets: 0 }, spool: null };
  }

  /** Resolves when there is room for more frames (sources that can wait). Throws UplinkError when there never will be. */
  async room(): Promise<void> {
    while (this.#store.isFull && !this.#hurrying) await this.#change();
    this.#throwFailure();
  }

  get #store(): Spool | MemoryQueues {
    return this.#options.spool ?? this.#memory;
  }

  /** From now on nobody waits for room: the sensor is about to stop. */
  hurry(): void {
    this.#hurrying = true;
    this.#wake();
  }

  /** Makes room by giving up the oldest (sources that cannot wait). */
  makeRoom(): void {
    this.#store.dropOldest();
  }

  /** Resolves true when everything is acknowledged, false when the time is up. Throws UplinkError. */
  async drain(timeoutMilliseconds: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMilliseconds;
    while (!this.#own.isEmpty || !this.#backlog.isEmpty) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await this.#change(left);
    }
    return true;
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#options.spool?.close();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#backlog.close();
    this.#link.close();
    this.#wake();
  }

  /** Frames from now on are counted anew; those before are delivered beside them. False where it stays as it is. */
  beginEpoch(): boolean {
    const { newEpoch } = this.#options;
    if (newEpoch === undefined || !this.#store.mayBegin) return false;
    const before = { frames: this.#own, hello: this.#hello };
    const hello = { ...this.#hello, epoch: newEpoch(), run: this.#options.hello.epoch };
    // First what may fail: until then nothing has changed.
    const own = this.#placeFor(hello);
    if (own === null) return false;
    this.#own = own;
    this.#hello = hello;
    this.#nextSequence = 1;
    this.#lag.restart();
    this.#behindMilliseconds = null;
    if (before.frames instanceof SpooledFrames) {
      before.frames.rewind();
      void before.frames.close().catch((error: Error) => this.#words.tell(`the spool: ${error.message}`));
    }
    this.#addBacklog(before.frames, before.hello, this.#group);
    return true;
  }

  /** Null where the disk has none. */
  #placeFor(hello: SensorHello): FrameQueue | SpooledFrames | null {
    try {
      return this.#options.spool?.begin(hello) ?? this.#memory.begin();
    } catch (error) {
      if (!(error instanceof SpoolError)) throw error;
      this.#words.tell(`${error.message} [${error.code}] What is captured goes on under the epoch before`);
      // Not at once again.
      this.#behindMilliseconds = null;
      return null;
    }
  }

  /** As `beginEpoch`, at once: the connection is made anew. */
  renewEpoch(): void {
    if (this.beginEpoch()) this.#link.renew();
  }

  /** The server answers. What waited for long goes another way. */
  #sayHello(): SensorHello {
    const { spool } = this.#options;
    const isOld =
      this.#behindMilliseconds !== null && performance.now() - this.#behindMilliseconds > BEFORE_MILLISECONDS;
    const isLive = this.#hello.session.kind === 'live';
    if (isOld && isLive && spool && !this.#own.isEmpty) this.beginEpoch();
    return {
      ...this.#hello,
      run: this.run,
      earlier: earlierOf(this.#group),
    };
  }

  #welcome(answer: ServerHello): Welcome {
    if (answer.resumeAfter > this.#own.highestSent) return 'wrong';
    const welcome = isContacted(this.#group) ? 'ready' : contact(this.#group, answer);
    if (welcome !== 'ready') return welcome;
    this.#own.acknowledge(answer.resumeAfter);
    this.#welcomed = true;
    this.#hasGreeted = false;
    this.#refusedToken = null;
    return 'ready';
  }

  #progress(): void {
    this.#lag.acknowledged(this.#own.acknowledgedSequence);
    if (!this.#hasGreeted && this.#report !== null) this.#link.say(FrameKind.health, this.#report());
    this.#hasGreeted = true;
    this.#wake();
    this.#backlog.go();
  }

  #refused(error: UplinkError): boolean {
    const { isPatient = false, isWatched = false, token } = this.#options;
    if (isPatient && (this.#welcomed || !isWatched)) {
      this.#refusedToken = token();
      this.#words.tell(
        `${error.message} [${error.code}] Capturing goes on, what is captured waits, and the server is asked again from time to time`,
      );
      return true;
    }
    this.#failure = error;
    this.#stop();
    this.#options.onFailure?.();
    return false;
  }

  /** What waits from before then waits for the next run. */
  #refusedBacklog(error: UplinkError): boolean {
    this.#words.tell(`what waits from before is not taken: ${error.message} [${error.code}]`);
    if (this.#options.isPatient) return true;
    this.#backlog.close();
    this.#wake();
    return false;
  }

  #look(): void {
    const { token } = this.#options;
    if (this.#refusedToken !== null && token() !== this.#refusedToken) {
      this.#refusedToken = token();
      this.#link.retryNow();
      this.#backlog.retryNow();
    }
    const isBehind = this.#own instanceof SpooledFrames ? this.#own.isBehind : false;
    if (this.#link.isReady && !isBehind) this.#behindMilliseconds = null;
    else this.#behindMilliseconds ??= performance.now();
    // A server that takes less than comes: what is captured now goes past what waits.
    const isOld = performance.now() - (this.#behindMilliseconds ?? performance.now()) > 3 * BEFORE_MILLISECONDS;
    const mayBegin = this.#hello.session.kind === 'live' && this.#options.spool?.mayBegin === true;
    if (this.#link.isReady && isBehind && isOld && mayBegin) this.#link.renew();
    this.#backlog.go();
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves at the next acknowledgement, failure or after the time. */
  async #change(timeoutMilliseconds = 1_000): Promise<void> {
    this.#throwFailure();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(timeoutMilliseconds, 0x7fffffff));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#throwFailure();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function foreignGroup(totals: QueueTotals, earlier: readonly SpooledFrames[]): BacklogGroup {
  return { isOwn: false, totals, earlier: earlier.filter((frames) => frames.totals === totals), contacted: 0 };
}
