/** A server and a sensor that watches `dark`, in processes of their own. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = 'dist/kurayami.js';
const NAME = 'bench';
const PATIENCE_MILLISECONDS = 120_000;

export class Rig {
  #folder;
  #profile;
  #processes = [];
  #lines = [];

  /** `profile`: a folder for profiles of the processors' time, or null. */
  constructor(folder, profile) {
    this.#folder = mkdtempSync(join(folder, 'rig-'));
    this.#profile = profile;
  }

  async startServer() {
    const data = join(this.#folder, 'data');
    this.server = this.#start('server', ['server', '--port', '0', '--data', data]);
    this.url = await this.until('the server', () => /http:\/\/\S+:\d+/.exec(this.#lines.join('\n'))?.[0]);
    const words = [PROGRAM, 'token', 'add', '--role', 'sensor', '--name', NAME, '--data', data];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`token: ${stderr}`);
    writeFileSync(this.tokenFile, stdout);
  }

  get tokenFile() {
    return join(this.#folder, 'sensor.token');
  }

  startSensor(backend, server = this.url.replace('http', 'ws')) {
    const words = ['sensor', '--interface', 'dark', '--backend', backend, '--name', NAME, '--server', server];
    if (!existsSync(this.tokenFile)) writeFileSync(this.tokenFile, 'nobody-asks\n');
    words.push('--token-file', this.tokenFile, '--spool', join(this.#folder, 'spool'));
    this.sensor = this.#start('sensor', words);
  }

  #start(who, words) {
    const profiled = this.#profile === null ? [] : ['--cpu-prof', '--cpu-prof-dir', join(this.#profile, who)];
    const child = spawn(process.execPath, [...profiled, PROGRAM, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The process that is measured is the one that works.
      env: { ...process.env, KURAYAMI_FEWER_RIGHTS: '1' },
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        this.#lines = [...this.#lines, ...text.trim().split('\n')].slice(-100);
      });
    this.#processes.push(child);
    return child;
  }

  async ask(path) {
    const response = await fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  }

  /** Packets so far: cheaper to ask for than the ledger, which counts anew. */
  async progress() {
    const text = await (await this.ask('metrics')).text();
    const stage = (of, name) =>
      Number(new RegExp(`^kurayami_${of}_packets_total\\{.*stage="${name}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
    const names = ['decoded', 'acknowledged', 'droppedByKernel', 'droppedByInterface'];
    return {
      stored: stage('server', 'stored'),
      ...Object.fromEntries(names.map((name) => [name, stage('sensor', name)])),
    };
  }

  async books() {
    const { balances, sensors, stored } = await (await this.ask('ledger?session=0')).json();
    const [{ counts, server, checks }] = sensors;
    const open = [...checks, ...stored].filter(({ holds, inFlight }) => !holds || inFlight !== 0);
    const lost = counts.droppedByKernel + counts.droppedByInterface;
    return { balances, open, lost, stored: server.packetsStored, flows: server.flowsStored };
  }

  async end(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  async until(what, done, stepMilliseconds = 100) {
    const deadline = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const found = await done();
      if (found) return found;
      const isOver = this.#processes.some(({ exitCode }) => exitCode !== null) || performance.now() > deadline;
      if (isOver) throw new Error(`waited in vain for ${what}\n${this.#lines.join('\n')}`);
      await sleep(stepMilliseconds);
    }
  }

  async close() {
    for (const child of this.#processes.reverse()) await this.end(child);
    rmSync(this.#folder, { recursive: true });
  }
}
