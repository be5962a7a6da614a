/** tcpdump as a child: no compiler, no privilege for Node. It is changed for one of another profile when the rate asks for it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { Handover, secondsOf } from './handover.ts';
import { RateSwitch } from './rate-switch.ts';
import type { Backend, Tap, TapCounts, TapEnd, TapOptions } from './tap.ts';
import { type Profile, TcpdumpChild } from './tcpdump-child.ts';

const LOOK_EVERY_MILLISECONDS = 200;
const ASK_EVERY_LOOKS = 10;
/** What came before a stop is waited for so long at most: until a packet that came after it shows that all is there. */
const STOP_MILLISECONDS: Readonly<Record<Profile, number>> = { prompt: 300, bulk: 1_050 };
const NEXT_TRY_MILLISECONDS = 60_000;

export const tcpdumpBackend: Backend = {
  name: 'tcpdump',
  counts: true,
  unavailable: () => null,
  open: (options) => TcpdumpTap.open(options),
};

export class TcpdumpTap implements Tap {
  end: TapEnd | null = null;
  readonly #options: TapOptions;
  readonly #filter: string | null;
  readonly #rate = new RateSwitch(performance.now());
  readonly #timer: NodeJS.Timeout;
  #child: TcpdumpChild;
  #handover: Handover | null = null;
  /** Of children that were changed for others. */
  #before = { received: 0, droppedByKernel: 0, droppedByInterface: 0 };
  /** Of the child that reads now: what its predecessor had, too. */
  #discarded = 0;
  #handed = 0;
  #looks = 0;
  #notBefore = 0;
  #stopSeconds = Number.POSITIVE_INFINITY;
  #stopTimer: NodeJS.Timeout | null = null;

  /** Throws CaptureError. */
  static async open(options: TapOptions, profile: Profile = 'prompt'): Promise<TcpdumpTap> {
    const filter = await takenFilter(options);
    const child = new TcpdumpChild({ ...options, filter, profile });
    try {
      await child.started();
    } catch (error) {
      child.kill();
      throw error;
    }
    return new TcpdumpTap(options, filter, child);
  }

  private constructor(options: TapOptions, filter: string | null, child: TcpdumpChild) {
    this.#options = options;
    this.#filter = filter;
    this.#child = child;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MILLISECONDS);
  }

  read(batch: RecordBatch): number {
    if (this.end !== null) return 0;
    const records = this.#read(batch);
    this.#handed += records;
    if (records > 0 && secondsOf(batch, records - 1) >= this.#stopSeconds) this.#stopNow();
    return records;
  }

  #read(batch: RecordBatch): number {
    const handover = this.#handover;
    if (handover !== null && this.#child !== handover.next) {
      const records = handover.readOld(batch);
      if (records > 0) return records;
      if (!this.#child.ended) return 0;
      if (!handover.isCut || !this.#change(handover)) return this.#finish();
    }
    const records = this.#handover === null ? this.#child.read(batch) : this.#handover.readNew(batch);
    this.#discarded = this.#handover?.newDiscarded ?? this.#discarded;
    if (this.#handover?.done) this.#handover = null;
    if (records === 0 && this.#child.ended) return this.#finish();
    // Nothing can be found any more in what it writes.
    if (records === 0 && this.#child.damaged) this.#child.kill();
    return records;
  }

  /** The old child has ended and was read; false when that was not our doing. */
  #change(handover: Handover): boolean {
    handover.close();
    const old = this.#child;
    if (old.crashed) return false;
    const { received, droppedByKernel, droppedByInterface } = old.counts();
    const left = received - old.recordsRead - droppedByKernel;
    this.#before.received +=
      received - handover.oldDiscarded - this.#discarded - (handover.passed ? Math.max(0, left) : 0);
    this.#before.droppedByKernel += droppedByKernel;
    this.#before.droppedByInterface += droppedByInterface ?? 0;
    this.#discarded = 0;
    this.#child = handover.next;
    this.#options.log(
      `${this.#options.interfaceName}: tcpdump hands packets on ${this.#child.profile === 'bulk' ? 'in bulk, up to a second late, since there are so many' : 'one by one again'}`,
    );
    return true;
  }

  #finish(): number {
    clearInterval(this.#timer);
    if (this.#handover !== null && this.#child !== this.#handover.next) this.#handover.next.kill();
    this.#handover?.close();
    this.end = { sentence: this.#child.endSentence, crashed: this.#child.crashed };
    return 0;
  }

  #look(): void {
    if (this.#looks++ % ASK_EVERY_LOOKS === 0) this.#child.askCounters();
    const now = performance.now();
    const profile = this.#rate.profile(this.#child.profile, this.#handed, now);
    const isFree = this.#handover === null && this.end === null && this.#stopSeconds === Number.POSITIVE_INFINITY;
    if (profile !== this.#child.profile && isFree && now >= this.#notBefore) void this.#beginHandover(profile);
  }

  async #beginHandover(profile: Profile): Promise<void> {
    const next = new TcpdumpChild({ ...this.#options, filter: this.#filter, profile });
    const handover = new Handover(this.#child, next);
    this.#handover = handover;
    const started = await next.started().then(
      () => true,
      () => false,
    );
    const isWanted = this.end === null && this.#stopSeconds === Number.POSITIVE_INFINITY;
    if (started && isWanted && handover.cut()) return;
    this.#giveUp(handover);
  }

  /** The new one captured beside the old one, and nothing of it was read: as if it had not been. */
  #giveUp(handover: Handover): void {
    handover.close();
    handover.next.kill();
    if (this.#handover === handover) this.#handover = null;
    this.#notBefore = performance.now() + NEXT_TRY_MILLISECONDS;
  }

  counts(): TapCounts {
    const now = this.#child.counts();
    return {
      received: this.#before.received + now.received - this.#discarded,
      droppedByKernel: this.#before.droppedByKernel + now.droppedByKernel,
      droppedByInterface: this.#before.droppedByInterface + (now.droppedByInterface ?? 0),
    };
  }

  /** Ended at once, tcpdump would leave in the kernel what it has not come to. */
  stop(): void {
    if (this.#stopSeconds !== Number.POSITIVE_INFINITY) return;
    this.#stopSeconds = Date.now() / 1000;
    const handover = this.#handover;
    if (handover !== null && handover.next !== this.#child && !handover.passed) this.#giveUp(handover);
    this.#stopTimer = setTimeout(() => this.#stopNow(), STOP_MILLISECONDS[this.#child.profile]);
  }

  #stopNow(): void {
    if (this.#stopTimer !== null) clearTimeout(this.#stopTimer);
    this.#child.stop();
    if (this.#handover !== null && this.#handover.next !== this.#child) this.#handover.next.stop();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#stopTimer !== null) clearTimeout(this.#stopTimer);
    this.#handover?.close();
    this.#handover?.next.kill();
    this.#child.kill();
  }
}

/** Not every interface's link layer knows every word: what libpcap does not take there, the kernel does not filter. */
async function takenFilter({ interfaceName, kernelFilter }: TapOptions): Promise<string | null> {
  if (kernelFilter === null) return null;
  const isTaken = await promisify(execFile)('tcpdump', ['-i', interfaceName, '-d', '--', kernelFilter]).then(
    () => true,
    () => false,
  );
  return isTaken ? kernelFilter : null;
}
