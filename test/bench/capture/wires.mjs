/** The veth pair, and the sender at its other end. */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export class Wires {
  #sender;

  constructor(folder) {
    this.#sender = join(folder, 'send-packets');
    execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-o', this.#sender, 'test/support/send-packets.c']);
    const run = (...words) => execFileSync(words[0], words.slice(1));
    run('sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
    run('ip', 'link', 'add', 'sky', 'type', 'veth', 'peer', 'name', 'dark');
    for (const end of ['lo', 'sky', 'dark']) run('ip', 'link', 'set', end, 'up');
  }

  /** Resolves with the seconds that it took. */
  async send({ count, rate, first = 0, flows = 1 }) {
    const { stdout } = await promisify(execFile)(this.#sender, ['sky', count, rate, first, flows].map(String));
    return Number(stdout.split(' ')[1]);
  }

  /** Packets that reached the watched end, as the interface counts. */
  reached() {
    return Number(readFileSync('/sys/class/net/dark/statistics/rx_packets', 'utf8'));
  }
}
