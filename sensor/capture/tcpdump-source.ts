/** A network interface, watched by a tcpdump child that writes pcap to a pipe: no compiler, no privilege for Node. */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { CaptureClock, SensorHealth } from '../../shared/wire/messages.ts';
import { CaptureError, type CaptureSource, type CaptureStats } from './capture-source.ts';
import { AnyCaptureReader } from './readers/index.ts';

/** Headers with all options of TCP and IPv6, and the beginning of the payload. */
const SNAP_LENGTH_BYTES = 192;
const BUFFER_KIBIBYTES = 65_536;
const STATS_EVERY_MILLISECONDS = 2_000;
const MAX_STDERR_CHARACTERS = 8_192;

export class TcpdumpSource implements CaptureSource {
  readonly kind = 'live';
  readonly name: string;
  readonly clock: CaptureClock = { mode: 'live', speed: 1 };
  readonly damage: string[] = [];
  readonly #interface: string;
  readonly #kernelFilter: string | null;
  readonly #reader = new AnyCaptureReader();
  readonly #stats: CaptureStats = { received: null, droppedByKernel: null, droppedByInterface: null };
  #child: ChildProcessByStdio<null, Readable, Readable> | null = null;
  #ended: Promise<void> = Promise.resolve();
  #stderr = '';
  #stopped = false;

  /** `kernelFilter`: an expression that the kernel shall filter by, if it can on this interface. */
  constructor(interfaceName: string, kernelFilter: string | null = null) {
    this.#interface = interfaceName;
    this.#kernelFilter = kernelFilter;
    this.name = interfaceName;
  }

  get link(): SensorHealth['link'] {
    try {
      const state = readFileSync(`/sys/class/net/${this.#interface}/operstate`, 'utf8').trim();
      return state === 'down' ? 'down' : 'up';
    } catch {
      return this.#interface === 'any' ? 'up' : 'down';
    }
  }

  async open(): Promise<void> {
    const known = interfaceNames();
    if (this.#interface !== 'any' && known.length > 0 && !known.includes(this.#interface)) {
      throw new CaptureError(
        'CAPTURE_NO_INTERFACE',
        `There is no interface ${this.#interface}; this machine has ${known.join(', ')}.`,
      );
    }
    // Each packet is flushed (-U) and delivered at once: at stop no tail is lost. A process group of its own, so that Ctrl-C reaches us first.
    const args = [
      '-i',
      this.#interface,
      '-n',
      '-w',
      '-',
      '-U',
      '--immediate-mode',
      '-s',
      String(SNAP_LENGTH_BYTES),
      '-B',
      String(BUFFER_KIBIBYTES),
      ...(await this.#expressionForKernel()),
    ];
    const child = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#readStderr(text));
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (cause) =>
        reject(
          new CaptureError('CAPTURE_NO_TCPDUMP', 'tcpdump cannot be started: install it (apt-get install tcpdump).', {
            cause,
          }),
        ),
      );
      child.once('exit', () => reject(this.#failure()));
    });
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    const ready = new Promise<void>((resolve) =>
      child.stdout.once('readable', () => child.stdout.readableLength > 0 && resolve()),
    );
    await Promise.race([ready, failed]);
    failed.catch(() => undefined);
  }

  /** Not every interface's link layer knows every word: what libpcap does not take there, the kernel does not filter. */
  async #expressionForKernel(): Promise<string[]> {
    if (this.#kernelFilter === null) return [];
    const words = ['-i', this.#interface, '-d', '--', this.#kernelFilter];
    const isTaken = await promisify(execFile)('tcpdump', words).then(
      () => true,
      () => false,
    );
    return isTaken ? ['--', this.#kernelFilter] : [];
  }

  async *batches(): AsyncIterable<RecordBatch> {
    const batch = createRecordBatch();
    const ask = setInterval(() => this.#child?.kill('SIGUSR1'), STATS_EVERY_MILLISECONDS);
    try {
      for await (const chunk of this.#child!.stdout as AsyncIterable<Buffer>) {
        this.#reader.push(chunk);
        for (batch.length = 0; this.#reader.read(batch) > 0; batch.length = 0) yield batch;
      }
      await this.#ended;
    } finally {
      clearInterval(ask);
      this.#child?.kill('SIGKILL');
    }
    const damage = this.#reader.end();
    if (damage !== null) this.damage.push(`${this.#interface}: ${damage}`);
    if (!this.#stopped) throw this.#failure();
  }

  stats(): CaptureStats {
    return { ...this.#stats };
  }

  stop(): void {
    this.#stopped = true;
    this.#child?.kill('SIGTERM');
  }

  /** `-U` makes tcpdump say its counters on SIGUSR1 and at the end. */
  #readStderr(text: string): void {
    this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARACTERS);
    const last = (pattern: RegExp) => {
      const found = [...this.#stderr.matchAll(pattern)].at(-1);
      return found ? Number(found[1]) : null;
    };
    this.#stats.received = last(/(\d+) packets? received by filter/g) ?? this.#stats.received;
    this.#stats.droppedByKernel = last(/(\d+) packets? dropped by kernel/g) ?? this.#stats.droppedByKernel;
    this.#stats.droppedByInterface = last(/(\d+) packets? dropped by interface/g) ?? this.#stats.droppedByInterface;
  }

  #failure(): CaptureError {
    const said =
      this.#stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^tcpdump: /, '') ?? '';
    if (/permission/i.test(this.#stderr)) {
      return new CaptureError(
        'CAPTURE_NO_PERMISSION',
        `This user may not capture on ${this.#interface}: run as root, or give tcpdump the right once with: sudo setcap cap_net_raw=ep "$(command -v tcpdump)".`,
      );
    }
    if (/no such device|doesn't exist/i.test(this.#stderr)) {
      return new CaptureError(
        'CAPTURE_NO_INTERFACE',
        `There is no interface ${this.#interface}; this machine has ${interfaceNames().join(', ')}.`,
      );
    }
    return new CaptureError('CAPTURE_ENDED', `tcpdump on ${this.#interface} ended: ${said || 'it said nothing'}.`);
  }
}

function interfaceNames(): string[] {
  try {
    return readdirSync('/sys/class/net').filter((name) => name !== 'bonding_masters');
  } catch {
    return [];
  }
}
