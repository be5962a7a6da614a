/** Server and sensor as processes that can be ended, and what lies on disk meanwhile. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Way } from './way.mjs';

export { sleep };

const PROGRAM = fileURLToPath(new URL('../../dist/kurayami.js', import.meta.url));
const PORT = 8_600;
const WAY_PORT = 8_601;
const NAME = 'endurance';
const SPOOL_MEGABYTES = 64;
const PATIENCE_MILLISECONDS = 120_000;

export class World {
  url = `http://127.0.0.1:${PORT}`;
  /** What the sensor takes for the server. */
  way = new Way(WAY_PORT, PORT);
  #folder;
  #backend;
  #server = null;
  #sensor = null;
  #lines = [];

  constructor(folder, backend) {
    this.#folder = folder;
    this.#backend = backend;
    mkdirSync(this.spool);
    // A disk of its own, so that it can be full.
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SPOOL_MEGABYTES}m`, 'tmpfs', this.spool]);
    this.newToken();
  }

  get spool() {
    return join(this.#folder, 'spool');
  }

  get sensorId() {
    return this.#sensor?.pid ?? null;
  }

  get lastWords() {
    return this.#lines.slice(-20).join('\n');
  }

  #token(...words) {
    const all = [PROGRAM, 'token', ...words, '--data', join(this.#folder, 'data')];
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`token ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  newToken() {
    writeFileSync(join(this.#folder, 'sensor.token'), this.#token('add', '--role', 'sensor', '--name', NAME));
  }

  revokeToken() {
    for (const line of this.#token('list').split('\n'))
      if (line.includes(NAME)) this.#token('revoke', /\d+/.exec(line)[0]);
  }

  startServer() {
    this.#server = this.#start('server', ['server', '--port', String(PORT), '--data', join(this.#folder, 'data')]);
  }

  startSensor() {
    const words = ['sensor', '--interface', 'dark', '--name', NAME, '--server', `ws://127.0.0.1:${WAY_PORT}`];
    words.push('--token-file', join(this.#folder, 'sensor.token'), '--spool', join(this.spool, 'frames'));
    if (this.#backend !== null) words.push('--backend', this.#backend);
    this.#sensor = this.#start('sensor', words);
  }

  #start(who, words) {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The process that is killed is the one that works; the disk of the spool is small.
      env: { ...process.env, KURAYAMI_FEWER_RIGHTS: '1', KURAYAMI_SENSOR_SPOOL_KEEP_FREE_MEGABYTES: '8' },
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        for (const line of text.trim().split('\n')) this.#note(`${who}: ${line}`);
      });
    child.once('exit', (code, signal) => this.#note(`${who} ended: ${code ?? signal}`));
    return child;
  }

  #note(line) {
    this.#lines.push(`${new Date().toISOString().slice(11, 19)} ${line}`);
    if (this.#lines.length > 200) this.#lines.shift();
    if (process.env.KURAYAMI_ENDURANCE_LOUD) console.log(this.#lines.at(-1));
  }

  /** Sends the signal to a process that runs, and waits for its end. */
  async end(who, signal) {
    const child = who === 'server' ? this.#server : this.#sensor;
    if (who === 'server') this.#server = null;
    else this.#sensor = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Whether the sensor has ended by itself, which it never should. */
  get isSensorGone() {
    return this.#sensor !== null && (this.#sensor.exitCode !== null || this.#sensor.signalCode !== null);
  }

  async ask(path) {
    const response = await fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return await response.json();
  }

  async until(what, done) {
    const deadline = performance.now() + PATIENCE_MILLISECONDS;
    for (let last; ; await sleep(250)) {
      try {
        last = await done();
        if (last) return last;
      } catch (error) {
        last = error.message;
      }
      if (performance.now() > deadline)
        throw new Error(`waited in vain for ${what}; last seen: ${JSON.stringify(last)}\n${this.lastWords}`);
    }
  }

  async close() {
    await this.end('sensor', 'SIGKILL');
    await this.end('server', 'SIGKILL');
    await this.way.close();
    spawnSync('umount', [this.spool]);
  }
}
