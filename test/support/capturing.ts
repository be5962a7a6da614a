/** A capture in a process of its own (capture-driver.mjs), and numbered packets for it (send-packets.c). */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { CaptureStats } from '../../sensor/capture/capture-source.ts';
import type { TestNetwork } from './network.ts';
import { until } from './program.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

export interface CaptureResult {
  captured: number;
  /** Of the numbered packets: how many came again, and stretches of numbers, each [first, behind last]. */
  repeated: number;
  numbers: [number, number][];
  linkTypes: Record<string, number>;
  longestPause: number;
  stopMilliseconds: number;
  stats: Required<CaptureStats>;
  link: 'up' | 'down';
  error?: string;
  message?: string;
}

export interface CaptureOptions {
  interfaces: string[];
  backend?: string;
  kernelFilter?: string;
  addon?: string;
  delayMicroseconds?: number;
}

export interface Tick {
  captured: number;
  link: 'up' | 'down';
  stats: Required<CaptureStats>;
}

export class Capturing {
  readonly process: ChildProcess;
  readonly logs: string[] = [];
  tick: Tick | null = null;
  errors = '';
  #ready = false;
  #result: CaptureResult | null = null;
  readonly #closed: Promise<void>;

  constructor(network: TestNetwork, options: CaptureOptions, before: string[] = [], environment = {}) {
    const [command = '', ...rest] = [...network.before, ...before, process.execPath];
    const words = [...rest, join(here, 'capture-driver.mjs'), JSON.stringify(options)];
    this.process = spawn(command, words, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void this.process.kill('SIGKILL'));
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    createInterface({ input: this.process.stdout! }).on('line', (line) => this.#take(JSON.parse(line)));
    this.#closed = new Promise((resolve) => this.process.once('close', () => resolve()));
  }

  #take(message: Record<string, unknown>): void {
    if (message.ready !== undefined) this.#ready = true;
    if (typeof message.log === 'string') this.logs.push(message.log);
    if (typeof message.tick === 'number') this.tick = { ...message, captured: message.tick } as unknown as Tick;
    if (message.end !== undefined || message.error !== undefined) this.#result = message as unknown as CaptureResult;
  }

  /** Until it captures. Fails with what it said when it ended first. */
  async ready(): Promise<this> {
    await until(
      'the capture',
      async () => this.#ready || this.#result !== null || this.process.exitCode !== null,
      (is) => is,
    );
    if (!this.#ready) throw new Error(`no capture: ${JSON.stringify(this.#result)} ${this.errors}`);
    return this;
  }

  /** Until what it says every tenth of a second is so. */
  reaches(what: string, done: (tick: Tick) => boolean): Promise<Tick | null> {
    return until(
      `${what} (${this.logs.join('; ')})`,
      async () => this.tick,
      (tick) => tick !== null && done(tick),
      20_000,
    );
  }

  async stop(): Promise<CaptureResult> {
    this.process.kill('SIGTERM');
    return this.result();
  }

  async result(): Promise<CaptureResult> {
    await this.#closed;
    if (this.#result === null) throw new Error(`it ended without a word: ${this.errors}`);
    return this.#result;
  }

  /** The children of the capture's process, such as tcpdump. */
  children(): number[] {
    const { pid } = this.process;
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  }
}

let sender: string | null = null;

/** Sends numbered packets, and resolves when they are out. */
export async function sendPackets(
  network: TestNetwork,
  options: { interface?: string; count: number; perSecond: number; first?: number },
): Promise<void> {
  if (sender === null) {
    sender = join(mkdtempSync(join(tmpdir(), 'kurayami-sender-')), 'send-packets');
    execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-o', sender, join(here, 'send-packets.c')]);
  }
  const { interface: name = 'sky', count, perSecond, first = 0 } = options;
  const words = [...network.before.slice(1), sender, name, String(count), String(perSecond), String(first)];
  await promisify(execFile)('ip', words);
}
