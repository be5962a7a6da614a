/** One property under one seed: case after case for some time, and the bytes of the first that fails. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FuzzedEngine } from './fuzzed-engine.ts';
import { minimise } from './minimise.ts';
import type { FuzzInputs, FuzzProperty } from './properties.ts';
import { Watchdog } from './watchdog.ts';

const OUTPUT_FOLDER = 'test-output';
/** Far beyond what any case takes. */
const MAX_CASE_MILLISECONDS = 2_000;
const MAX_MICROSECONDS_A_BYTE = 500;
/** What takes long is measured so often, in time of the processor: once it may have waited for the collection of garbage. */
const SLOW_TIMES = 3;
const MINIMISE_MILLISECONDS = 20_000;

/** What was wrong, where its bytes are, and how to see it again. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

export class FuzzRun {
  readonly property: FuzzProperty;
  readonly engine: FuzzedEngine;
  cases = 0;
  milliseconds = 0;
  readonly #seed: number;
  readonly #inputs: FuzzInputs;
  readonly #watchdog: Watchdog;

  constructor(property: FuzzProperty, seed: number) {
    this.property = property;
    this.#seed = seed;
    this.engine = new FuzzedEngine(seed);
    this.#inputs = property.start(seed);
    this.#watchdog = new Watchdog(this.#file('hang'));
  }

  /** Goes on for so long, and until `minimumCases` were checked. Throws FuzzFailure. */
  async goOn(milliseconds: number, minimumCases = 0): Promise<void> {
    const started = performance.now();
    while (performance.now() - started < milliseconds || this.cases < minimumCases) await this.runCase(this.cases++);
    this.milliseconds += performance.now() - started;
  }

  async runCase(index: number): Promise<void> {
    const bytes = this.#inputs.make(index);
    try {
      await this.#checkInTime(bytes);
    } catch (error) {
      throw await this.#failure(error as Error, bytes, index);
    }
  }

  /** Input that some other run has found. */
  async checkBytes(bytes: Uint8Array): Promise<void> {
    await this.#checkInTime(bytes);
    this.engine.expectBalance();
  }

  async #checkInTime(bytes: Uint8Array): Promise<void> {
    const bytesRead = this.#inputs.bytesRead?.(bytes) ?? bytes.length;
    const limit = MAX_CASE_MILLISECONDS + (bytesRead * MAX_MICROSECONDS_A_BYTE) / 1000;
    const started = performance.now();
    await this.#watch(bytes);
    if (performance.now() - started <= limit) return;
    let fastest = Number.POSITIVE_INFINITY;
    for (let time = 0; time < SLOW_TIMES; time++) {
      const before = process.cpuUsage();
      await this.#watch(bytes);
      const { user, system } = process.cpuUsage(before);
      fastest = Math.min(fastest, (user + system) / 1000);
    }
    if (fastest > limit) throw new Error(`${bytes.length} bytes take ${Math.round(fastest)} ms, more than ${limit}`);
  }

  async #watch(bytes: Uint8Array): Promise<void> {
    this.#watchdog.begin(bytes);
    try {
      await this.#inputs.check(bytes, this.engine);
    } finally {
      this.#watchdog.end();
    }
  }

  async #failure(error: Error, bytes: Uint8Array, index: number): Promise<FuzzFailure> {
    const { name } = this.property;
    const smaller = await minimise(bytes, (candidate) => this.#fails(candidate), MINIMISE_MILLISECONDS);
    const file = this.#file(`${index}`);
    mkdirSync(OUTPUT_FOLDER, { recursive: true });
    writeFileSync(file, bytes);
    const again = [`npm run fuzz -- --property ${name} --seed ${this.#seed} --case ${index}`];
    again.push(`npm run fuzz -- --property ${name} --file ${file}`);
    if (smaller.length < bytes.length) {
      writeFileSync(`${file}.small`, smaller);
      again.push(`npm run fuzz -- --property ${name} --file ${file}.small`);
    }
    const cause = { cause: error };
    return new FuzzFailure(
      `${name}, case ${index}: ${error.message}\nagain:\n  ${again.join('\n  ')}\n${error.stack}`,
      cause,
    );
  }

  async #fails(bytes: Uint8Array): Promise<boolean> {
    try {
      await this.#inputs.check(bytes, new FuzzedEngine(this.#seed));
      return false;
    } catch {
      return true;
    }
  }

  #file(what: string): string {
    return join(OUTPUT_FOLDER, `fuzz-${this.property.name}-${this.#seed}-${what}.bin`);
  }

  /** Such as `made: 1,234 cases, 5,678 packets, truncatedLink 9`. */
  describe(): string {
    const number = (count: number) => count.toLocaleString('en');
    const faults = Object.entries(this.engine.faults()).map(([fault, count]) => `${fault} ${number(count)}`);
    const parts = [
      `${number(this.cases)} cases`,
      `${number(this.engine.packets)} packets`,
      faults.join(' · ') || 'no faults',
    ];
    return `${this.property.name}: ${parts.join(', ')}`;
  }

  async close(): Promise<void> {
    this.#inputs.close?.();
    await this.#watchdog.close();
  }
}
