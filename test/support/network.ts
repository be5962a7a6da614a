/** Network namespaces with a veth pair, for tests that need an interface: only as root, and only where the tools are. */
import { execFileSync, spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/** Null where they can be made, and all of `commands` are there; otherwise why not. */
export function whyNoNamespaces(commands: readonly string[]): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  const missing = ['ip', ...commands].filter((command) => !has(command));
  if (missing.length > 0) return `${missing.join(', ')} missing`;
  const name = `kurayami-try-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'namespaces cannot be made here';
  spawnSync('ip', ['netns', 'delete', name]);
  return null;
}

export class TestNetwork {
  readonly name: string;
  /** What runs a command inside: to stand before it. */
  readonly before: readonly string[];

  /** Ends of the pairs are up, without addresses and without IPv6, so that nobody speaks but the test. */
  constructor(pairs: readonly (readonly [string, string])[] = [['sky', 'dark']]) {
    this.name = `kurayami-${process.pid}-${Math.floor(Math.random() * 1e6)}`;
    this.before = ['ip', 'netns', 'exec', this.name];
    execFileSync('ip', ['netns', 'add', this.name]);
    onTestFinished(() => void spawnSync('ip', ['netns', 'delete', this.name]));
    this.run('sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
    this.run('ip', 'link', 'set', 'lo', 'up');
    for (const [one, other] of pairs) this.addPair(one, other);
  }

  run(...words: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name, ...words], { encoding: 'utf8' });
  }

  addPair(one: string, other: string): void {
    this.run('ip', 'link', 'add', one, 'type', 'veth', 'peer', 'name', other);
    for (const end of [one, other]) this.run('ip', 'link', 'set', end, 'up');
  }
}
