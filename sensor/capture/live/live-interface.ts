/** One interface, watched for as long as the sensor runs: its tap is opened anew when it ends, with growing pauses. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { CaptureError, type CaptureStats } from '../capture-source.ts';
import { CaptureAccount } from './capture-account.ts';
import { type InterfaceState, readInterface } from './interface-state.ts';
import type { Backend, Tap, TapOptions } from './tap.ts';

const LOOK_EVERY_MILLISECONDS = 100;
const MIN_PAUSE_MILLISECONDS = 100;
const MAX_PAUSE_MILLISECONDS = 10_000;
/** A tap that lived so long was no failed attempt. */
const LONG_LIFE_MILLISECONDS = 5_000;
/** A tap that does not end when it is told to is ended: the sensor has two seconds for its whole stop. */
const STOP_MILLISECONDS = 1_400;

export class LiveInterface {
  /** Why it cannot go on; everything else is waited for. */
  failure: CaptureError | null = null;
  readonly #options: TapOptions;
  readonly #backend: Backend;
  readonly #account: CaptureAccount;
  readonly #timer: NodeJS.Timeout;
  #state: InterfaceState;
  #tap: Tap | null = null;
  #tapIndex: number | null = null;
  #openedAt = 0;
  #opening = false;
  #pauseMilliseconds = MIN_PAUSE_MILLISECONDS;
  #openAgainAt = 0;
  #lastSentence = '';
  #stopTimer: NodeJS.Timeout | null = null;
  #stopped = false;

  /** Throws CaptureError when it cannot be captured from now. */
  static async open(backend: Backend, options: TapOptions): Promise<LiveInterface> {
    const live = new LiveInterface(backend, options);
    try {
      await live.#open();
      return live;
    } catch (error) {
      live.close();
      throw error;
    }
  }

  private constructor(backend: Backend, options: TapOptions) {
    const { interfaceName: name, kernelFilter } = options;
    this.#backend = backend;
    this.#options = options;
    this.#state = readInterface(name);
    this.#account = new CaptureAccount(() => readInterface(name), {
      counts: backend.counts,
      filtered: kernelFilter !== null,
    });
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MILLISECONDS);
  }

  get #name(): string {
    return this.#options.interfaceName;
  }

  get link(): 'up' | 'down' {
    return this.#tap !== null && this.#state.up ? 'up' : 'down';
  }

  /** Nothing more will come. */
  get done(): boolean {
    return (this.#stopped || this.failure !== null) && this.#tap === null && !this.#opening;
  }

  read(batch: RecordBatch): number {
    const tap = this.#tap;
    if (tap === null) return 0;
    const records = tap.read(batch);
    this.#account.handedOver(records);
    if (records === 0 && tap.end !== null) this.#ended(tap);
    return records;
  }

  async #open(): Promise<void> {
    const { index } = readInterface(this.#name);
    this.#opening = true;
    const tap = await this.#backend.open(this.#options).finally(() => {
      this.#opening = false;
    });
    this.#tap = tap;
    this.#tapIndex = index;
    this.#openedAt = performance.now();
    this.#account.opened(tap);
    this.#look();
    if (this.#stopped) tap.stop();
  }

  #ended(tap: Tap): void {
    this.#account.ended(tap);
    tap.close();
    this.#tap = null;
    if (this.#stopped) return;
    this.#account.crashed();
    if (performance.now() - this.#openedAt > LONG_LIFE_MILLISECONDS) this.#pauseMilliseconds = MIN_PAUSE_MILLISECONDS;
    this.#say(`${this.#name}: capture ended (${tap.end!.sentence}); it is begun anew`);
    this.#pause();
  }

  #pause(): void {
    this.#openAgainAt = performance.now() + this.#pauseMilliseconds;
    this.#pauseMilliseconds = Math.min(MAX_PAUSE_MILLISECONDS, this.#pauseMilliseconds * 2);
  }

  #look(): void {
    const before = this.#state;
    this.#state = readInterface(this.#name);
    this.#account.look(this.#state);
    if (this.#stopped) return;
    if (before.up !== this.#state.up) this.#say(`${this.#name}: the link is ${this.#state.up ? 'up' : 'down'}`);
    if (this.#tap !== null) {
      // A socket on an interface that is gone may be silent for ever, even when there is another of that name.
      if (this.#state.index !== this.#tapIndex) this.#tap.stop();
    } else if (!this.#opening && this.#state.index !== null && performance.now() >= this.#openAgainAt) {
      void this.#openAgain();
    }
  }

  async #openAgain(): Promise<void> {
    if (this.failure !== null) return;
    try {
      await this.#open();
      this.#say(`${this.#name}: captured again`);
    } catch (error) {
      // Who gave up the right to capture does not get it back: whatever supervises the sensor starts it anew.
      if (error instanceof CaptureError && error.code === 'CAPTURE_NO_PERMISSION') this.failure = error;
      else this.#say(`${this.#name}: ${(error as Error).message}`);
      this.#pause();
    }
    this.#options.onReadable();
  }

  /** What is tried again and again is told once. */
  #say(sentence: string): void {
    if (sentence !== this.#lastSentence) this.#options.log(sentence);
    this.#lastSentence = sentence;
  }

  stats(): CaptureStats {
    return this.#account.stats();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#tap?.stop();
    this.#stopTimer = setTimeout(() => {
      this.#tap?.close();
      this.#options.onReadable();
    }, STOP_MILLISECONDS);
    this.#options.onReadable();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#stopTimer !== null) clearTimeout(this.#stopTimer);
    if (this.#tap !== null) {
      this.#tap.close();
      this.#account.ended(this.#tap);
      this.#tap = null;
    }
    this.#account.close();
  }
}
