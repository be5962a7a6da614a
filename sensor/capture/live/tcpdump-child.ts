/** One tcpdump on one interface, in one of two profiles, and what it says about what it got. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { CaptureError } from '../capture-source.ts';
import { deniedError, downError, noInterfaceError } from './errors.ts';
import { PcapChild } from './pcap-child.ts';
import { BUFFER_BYTES, SNAP_BYTES, type TapCounts } from './tap.ts';

/**
 * `prompt` hands each packet on at once, with a system call for each. `bulk` lets the kernel and the C library collect
 * them: a fraction of the work, up to a second late.
 */
export type Profile = 'prompt' | 'bulk';
const PROFILE_WORDS: Readonly<Record<Profile, readonly string[]>> = { prompt: ['-U', '--immediate-mode'], bulk: [] };

export interface TcpdumpOptions {
  readonly interfaceName: string;
  /** An expression that is known to be taken here, or null. */
  readonly filter: string | null;
  readonly promiscuous: boolean;
  readonly profile: Profile;
  readonly onReadable: () => void;
}

export class TcpdumpChild {
  readonly profile: Profile;
  recordsRead = 0;
  readonly #interface: string;
  readonly #child: PcapChild;
  readonly #received = new Counter(/(\d+) packets? received by filter/g);
  readonly #droppedByKernel = new Counter(/(\d+) packets? dropped by kernel/g);
  readonly #droppedByInterface = new Counter(/(\d+) packets? dropped by interface/g);

  constructor({ interfaceName, filter, promiscuous, profile, onReadable }: TcpdumpOptions) {
    this.profile = profile;
    this.#interface = interfaceName;
    const words = [
      ...['-i', interfaceName, '-n', '-w', '-', '--time-stamp-precision=nano'],
      ...PROFILE_WORDS[profile],
      ...(promiscuous ? [] : ['-p']),
      ...['-s', String(SNAP_BYTES), '-B', String(BUFFER_BYTES / 1024)],
      ...(filter === null ? [] : ['--', filter]),
    ];
    this.#child = new PcapChild('tcpdump', words, { onReadable, onStderr: () => this.#readCounters() });
  }

  /** Until it captures. Throws CaptureError when it ends first. */
  async started(): Promise<void> {
    // Said when the socket is open; in the profile `bulk` the first bytes come much later.
    if (!(await this.#child.started(() => /listening on/.test(this.#child.stderr)))) throw this.failure();
  }

  read(batch: RecordBatch): number {
    const records = this.#child.read(batch);
    this.recordsRead += records;
    return records;
  }

  get ended(): boolean {
    return this.#child.exit !== null;
  }

  /** It was killed, or fell: its last counters were not said. */
  get crashed(): boolean {
    const { exit } = this.#child;
    return exit === null || exit.signal !== null || this.#received.total < this.recordsRead;
  }

  get endSentence(): string {
    const { exit, cut, damage } = this.#child;
    if (damage !== null) return `what tcpdump wrote is no capture: ${damage}`;
    const how = exit?.signal != null ? `tcpdump was ended by ${exit.signal}` : `tcpdump ended: ${this.#said()}`;
    return cut ? `${how}, within a record` : how;
  }

  counts(): TapCounts & { received: number; droppedByKernel: number } {
    return {
      received: this.#received.total,
      droppedByKernel: this.#droppedByKernel.total,
      droppedByInterface: this.#droppedByInterface.total,
    };
  }

  get damaged(): boolean {
    return this.#child.damage !== null;
  }

  askCounters(): void {
    this.#child.signal('SIGUSR1');
  }

  stop(): void {
    this.#child.signal('SIGTERM');
  }

  kill(): void {
    this.#child.signal('SIGKILL');
  }

  #readCounters(): void {
    for (const counter of [this.#received, this.#droppedByKernel, this.#droppedByInterface])
      counter.read(this.#child.stderr);
  }

  #said(): string {
    return this.#child.lastWords.replace(/^tcpdump: /, '') || 'it said nothing';
  }

  failure(): CaptureError {
    const { stderr, startError } = this.#child;
    if (startError !== null)
      return new CaptureError(
        'CAPTURE_NO_TCPDUMP',
        'tcpdump cannot be started: install it (apt-get install tcpdump), or build the addon (npm run build:capture).',
        { cause: startError },
      );
    if (/permi(?:ssion|tted)/i.test(stderr)) return deniedError(this.#interface, 'tcpdump');
    if (/no such device|doesn't exist/i.test(stderr)) return noInterfaceError(this.#interface);
    if (/is not up|network is down/i.test(stderr)) return downError(this.#interface);
    return new CaptureError('CAPTURE_ENDED', `tcpdump on ${this.#interface} ended: ${this.#said()}.`);
  }
}

/** A counter of tcpdump's, of 32 bits: what is new since it was said last is added. */
class Counter {
  total = 0;
  readonly #pattern: RegExp;
  #last = 0;

  constructor(pattern: RegExp) {
    this.#pattern = pattern;
  }

  read(text: string): void {
    const found = [...text.matchAll(this.#pattern)].at(-1);
    if (found === undefined) return;
    const value = Number(found[1]);
    this.total += (value - this.#last) >>> 0;
    this.#last = value;
  }
}
