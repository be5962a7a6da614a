/** A server, a sensor and, where it is installed, an InfluxDB: processes that can be killed, on data that stays. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startInflux, type TestInflux } from '../support/influxdb.ts';
import { addressOf, type Finished, program, type RunningProgram, runProgram } from '../support/program.ts';
import type { Victim } from './kill-plan.ts';

/** A busy machine may take long. */
const PATIENCE_MILLISECONDS = 120_000;
const SENSOR_NAME = 'torture';
const MAX_OUTPUT = 2_000;

export class Rig {
  /** Where the server keeps everything. */
  readonly data: string;
  readonly influx: TestInflux | null;
  readonly #capture: string;
  readonly #tokenFile: string;
  readonly #spool: string;
  #server: RunningProgram | null = null;
  #sensor: RunningProgram | null = null;
  #url = '';
  #isHeld = false;

  private constructor(folder: string, capture: string, influx: TestInflux | null) {
    this.data = join(folder, 'data');
    this.#tokenFile = join(folder, 'sensor.token');
    this.#spool = join(folder, 'spool');
    this.#capture = capture;
    this.influx = influx;
  }

  static async make(folder: string, capture: string, withInflux: boolean): Promise<Rig> {
    await mkdir(folder, { recursive: true });
    const rig = new Rig(folder, capture, withInflux ? await startInflux() : null);
    const { stdout } = await program(['token', 'add', '--role', 'sensor', '--name', SENSOR_NAME, '--data', rig.data]);
    await writeFile(rig.#tokenFile, stdout);
    await rig.start('server');
    return rig;
  }

  get url(): string {
    return this.#url;
  }

  get sensor(): RunningProgram | null {
    return this.#sensor;
  }

  /** Begins a start and does not wait. */
  spawn(victim: 'server' | 'influxdb'): void {
    if (victim === 'influxdb') void this.influx?.start().catch(() => undefined);
    else this.#server = runProgram(this.#serverWords());
  }

  /** Where a start was begun already, its process is asked no more than to be ready. */
  async start(victim: 'server' | 'influxdb'): Promise<void> {
    if (victim === 'influxdb') return await this.influx?.start();
    this.#server ??= runProgram(this.#serverWords());
    this.#url = await addressOf(this.#server, PATIENCE_MILLISECONDS);
  }

  #serverWords(): string[] {
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const series = this.influx === null ? [] : ['--series', `influxdb:${this.influx.url}/kurayami`];
    return ['server', '--port', port, '--data', this.data, ...series];
  }

  startSensor(speed: string, withSpool = false): void {
    const server = this.#url.replace('http', 'ws');
    const token = ['--token-file', this.#tokenFile];
    const words = ['sensor', '--name', SENSOR_NAME, '--server', server, ...token, '--read', this.#capture];
    this.#isHeld = false;
    const spool = withSpool ? ['--spool', this.#spool] : [];
    this.#sensor = runProgram([...words, '--speed', speed, ...spool]);
  }

  /** The sensor stands still, and whatever it was about to do. */
  holdSensor(): void {
    if (this.#sensor === null || this.#isHeld) return;
    this.#isHeld = this.#sensor.process.kill('SIGSTOP');
  }

  releaseSensor(): void {
    if (this.#isHeld) this.#sensor?.process.kill('SIGCONT');
    this.#isHeld = false;
  }

  /** Asks it to end, and does not wait. */
  askToEnd(victim: Victim): void {
    if (victim === 'influxdb') void this.influx?.stop();
    else (victim === 'server' ? this.#server : this.#sensor)?.process.kill('SIGTERM');
  }

  async kill(victim: Victim): Promise<void> {
    if (victim === 'influxdb') return await this.influx?.kill();
    const running = victim === 'server' ? this.#server : this.#sensor;
    running?.process.kill('SIGKILL');
    await running?.finished;
    if (victim === 'server') this.#server = null;
    else this.#sensor = null;
  }

  /** How the sensor ended, once it has done so by itself. */
  async sensorEnded(): Promise<Finished | null> {
    const ended = await this.#sensor?.finished;
    this.#sensor = null;
    return ended ?? null;
  }

  output(): string {
    return [this.#server, this.#sensor].map((running) => running?.output().slice(-MAX_OUTPUT) ?? '').join('\n');
  }

  async end(): Promise<void> {
    for (const victim of ['sensor', 'server'] as const) await this.kill(victim);
    await this.influx?.remove();
  }
}
