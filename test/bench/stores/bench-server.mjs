/** A server of its own in a process of its own, and what each of its threads costs. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = 'dist/kurayami.js';
const TICKS_PER_SECOND = 100;

export class BenchServer {
  /** `words`: more of the command line. */
  static async start(words = []) {
    const folder = mkdtempSync(join(tmpdir(), 'kurayami-bench-'));
    const data = join(folder, 'data');
    const child = spawn(process.execPath, [PROGRAM, 'server', '--port', '0', '--data', data, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      child.stdout.setEncoding('utf8').on('data', (text) => {
        const found = /http:\/\/\S+/.exec(text);
        if (found) resolve(found[0]);
      });
    });
    return new BenchServer(child, url, folder, data);
  }

  constructor(child, url, folder, data) {
    this.child = child;
    this.url = url;
    this.folder = folder;
    this.data = data;
  }

  /** The text of a new token. */
  token(role, name) {
    const words = [PROGRAM, 'token', 'add', '--role', role, '--name', name, '--data', this.data];
    return spawnSync(process.execPath, words, { encoding: 'utf8' }).stdout.trim();
  }

  async ask(path) {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  }

  /** Processor seconds so far: all, that of the main thread, and that of the others (the store's, Node's own). */
  processorSeconds() {
    const { pid } = this.child;
    const seconds = { all: 0, main: 0, others: 0 };
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const used = threadSeconds(`/proc/${pid}/task/${thread}/stat`);
      seconds.all += used;
      if (Number(thread) === pid) seconds.main += used;
      else seconds.others += used;
    }
    return seconds;
  }

  async stop() {
    this.child.removeAllListeners('exit');
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGINT');
    await gone;
    rmSync(this.folder, { recursive: true });
  }
}

function threadSeconds(file) {
  try {
    const text = readFileSync(file, 'utf8');
    // After the name in brackets, which may hold anything: fields 14 and 15 of proc(5).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    // The thread ended in between.
    return 0;
  }
}
