/** The interface that is watched, the other end of its pair, and the numbered packets that come over it. */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sleep } from './world.mjs';

export const SKY = 'sky';
export const DARK = 'dark';
const SOURCE = fileURLToPath(new URL('../support/send-packets.c', import.meta.url));

export const run = (...words) => execFileSync(words[0], words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });

export class Wires {
  /** What lives of the interface that are over had received. */
  #reachedBefore = 0;
  #number = 0;
  #sender;
  #isPaused = true;
  #sending = Promise.resolve();
  #isOver = false;
  #random;
  /** Packets that were handed to the other end; as it says itself. */
  sent = 0;

  constructor(folder, random) {
    this.#random = random;
    this.#sender = join(folder, 'send-packets');
    execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-o', this.#sender, SOURCE]);
    run('sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
    run('ip', 'link', 'set', 'lo', 'up');
    this.addPair();
  }

  addPair() {
    run('ip', 'link', 'add', SKY, 'type', 'veth', 'peer', 'name', DARK);
    for (const end of [SKY, DARK]) run('ip', 'link', 'set', end, 'up');
  }

  /** What it had received is not forgotten: nothing more comes once it is down. */
  deletePair() {
    run('ip', 'link', 'set', DARK, 'down');
    this.#reachedBefore += this.#received();
    run('ip', 'link', 'delete', DARK);
  }

  /** Packets that reached the interface, in all its lives: whoever watched it. */
  reached() {
    return this.#reachedBefore + this.#received();
  }

  #received() {
    return Number(readFileSync(`/sys/class/net/${DARK}/statistics/rx_packets`, 'utf8'));
  }

  /** Traffic at rates that change, until `end`. */
  begin() {
    this.#isPaused = false;
    this.#sending = this.#sendOn();
  }

  async #sendOn() {
    while (!this.#isOver) {
      if (this.#isPaused) await sleep(50);
      // From a trickle to a flood, each as likely as a rate ten times smaller; a second or two at a time.
      else await this.send(Math.round(10 ** (1 + this.#random() * 3.3)), 1 + this.#random());
    }
  }

  /** Sends for so long, as far as there is an interface to send to; in one flow, or in so many. */
  async send(perSecond, seconds, flows = 1) {
    const count = Math.max(1, Math.round(perSecond * seconds));
    try {
      const { stdout } = await promisify(execFile)(
        this.#sender,
        [SKY, count, perSecond, this.#number, flows].map(String),
      );
      this.sent += Number(/\d+/.exec(stdout)?.[0] ?? 0);
    } catch (error) {
      // The interface is away or down: some may have gone out before.
      this.sent += Number(/\d+/.exec(error.stdout ?? '')?.[0] ?? 0);
      await sleep(200);
    }
    this.#number += count;
  }

  /** Nothing is under way when it resolves. */
  async pause() {
    this.#isPaused = true;
    for (let last = -1; last !== this.reachedOr(last); ) {
      last = this.reachedOr(last);
      await sleep(2_500);
    }
  }

  reachedOr(other) {
    try {
      return this.reached();
    } catch {
      return other;
    }
  }

  resume() {
    this.#isPaused = false;
  }

  async end() {
    this.#isOver = true;
    await this.#sending;
  }
}
