/** Who watches since when, as far as it is known: what rates for each address and gaps are told from. */
import { type Prefix, parsePrefix } from '../../shared/address.ts';
import type { WatchState } from '../store/ingest-commit.ts';
import type { Channel } from './channel.ts';
import { runOf } from './sensor-runs.ts';

export class WatchBook {
  readonly #watches = new Map<string, WatchState>();
  #unsaved = new Set<string>();

  /** A run that the server knows from before goes on: its sensor watched all the time, whoever listened. */
  resume(channel: Channel, stored: readonly WatchState[]): void {
    const addresses = addressesWatched(channel.hello.prefixes);
    const known = stored.findLast(
      (watch) =>
        watch.sensor === channel.sensor.id && watch.epoch === runOf(channel.hello) && watch.addresses === addresses,
    );
    if (known !== undefined && !this.#watches.has(keyOf(channel))) this.#watches.set(keyOf(channel), known);
  }

  /** What an earlier run captured while nobody listened was watched, too: its last word tells how far it came. */
  recover({ session, sensor, hello }: Channel, stored: readonly WatchState[]): void {
    for (const { run, lastWord } of hello.earlier ?? []) {
      const known = stored.findLast((watch) => watch.sensor === sensor.id && watch.epoch === run);
      const toSeconds = lastWord?.captureSeconds ?? 0;
      if (known === undefined || toSeconds <= known.toSeconds) continue;
      const key = `${session.id}/${sensor.id}/${run}`;
      this.#watches.set(key, { ...known, toSeconds });
      this.#unsaved.add(key);
    }
  }

  /** Whether a watch of the channel's run has begun. */
  knows(channel: Channel): boolean {
    return this.#watches.has(keyOf(channel));
  }

  /** The sensor watched at this time, by the clock of its session. */
  saw(channel: Channel, fromSeconds: number, toSeconds: number): void {
    const key = keyOf(channel);
    const { session, sensor, hello } = channel;
    const watch = this.#watches.get(key) ?? {
      session: session.id,
      sensor: sensor.id,
      epoch: runOf(hello),
      fromSeconds,
      toSeconds,
      addresses: addressesWatched(hello.prefixes),
    };
    this.#watches.set(key, { ...watch, toSeconds: Math.max(watch.toSeconds, toSeconds) });
    this.#unsaved.add(key);
  }

  /** Those that changed since the last call; they count as saved until `putBack`. */
  takeUnsaved(): { watches: WatchState[]; keys: ReadonlySet<string> } {
    const keys = this.#unsaved;
    this.#unsaved = new Set();
    return { watches: [...keys].map((key) => this.#watches.get(key)!), keys };
  }

  putBack(keys: ReadonlySet<string>): void {
    for (const key of keys) if (this.#watches.has(key)) this.#unsaved.add(key);
  }

  /** The session is being deleted. */
  forget(session: number): void {
    for (const [key, watch] of this.#watches) {
      if (watch.session !== session) continue;
      this.#watches.delete(key);
      this.#unsaved.delete(key);
    }
  }
}

function keyOf({ session, sensor, hello }: Channel): string {
  return `${session.id}/${sensor.id}/${runOf(hello)}`;
}

/** Addresses of the IPv4 blocks, each once; blocks of IPv6 are too large to count. */
export function addressesWatched(prefixes: readonly string[]): number {
  const blocks = prefixes
    .map(parsePrefix)
    .filter((prefix): prefix is Prefix => prefix?.family === 4)
    .map(({ words, length }) => ({ first: words[0]!, end: words[0]! + 2 ** (32 - length) }))
    .sort((a, b) => a.first - b.first);
  let addresses = 0;
  let end = 0;
  for (const block of blocks) {
    addresses += Math.max(0, block.end - Math.max(end, block.first));
    end = Math.max(end, block.end);
  }
  return addresses;
}
