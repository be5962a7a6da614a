/** How well a span was watched: so that a rate for each address is right, and a gap is a gap. */

export interface Watch {
  readonly sensor: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly addresses: number;
}

/** Packets / (addressesWatched × (seconds of the bin − outageSeconds)) is the rate of one address. */
export interface Coverage {
  /** Mean over the watched time of the bin, rounded. */
  readonly addressesWatched: number;
  /** Seconds of the bin in which no sensor watched, rounded. */
  readonly outageSeconds: number;
}

/** Sweeps over begins and ends. Runs of one sensor that overlap (it started anew before the old run was given up) count once, by the newest. */
export function coverage(watches: readonly Watch[], fromSeconds: number, toSeconds: number): Coverage {
  const inside = watches.filter((watch) => watch.toSeconds > fromSeconds && watch.fromSeconds < toSeconds);
  const sky = new WatchersNow();
  let watched = 0;
  let addressSeconds = 0;
  let before = fromSeconds;
  for (const { seconds, watch } of edgesOf(inside, fromSeconds, toSeconds)) {
    if (sky.sensors > 0) {
      watched += seconds - before;
      addressSeconds += (seconds - before) * sky.addresses;
    }
    before = seconds;
    sky.change(watch, seconds);
  }
  return {
    addressesWatched: watched === 0 ? 0 : Math.round(addressSeconds / watched),
    outageSeconds: Math.round(toSeconds - fromSeconds - watched),
  };
}

interface Edge {
  readonly seconds: number;
  readonly watch: Watch;
}

/** Begins and ends within the span, in their order: each once, however many there are. */
function edgesOf(watches: readonly Watch[], fromSeconds: number, toSeconds: number): Edge[] {
  const edges = watches.flatMap((watch) => [
    { seconds: Math.max(fromSeconds, watch.fromSeconds), watch },
    { seconds: Math.min(toSeconds, watch.toSeconds), watch },
  ]);
  return edges.sort((a, b) => a.seconds - b.seconds || a.watch.fromSeconds - b.watch.fromSeconds);
}

/** Who watches at the time that the sweep has come to. */
class WatchersNow {
  sensors = 0;
  addresses = 0;
  /** Runs that have begun, oldest first; the newest that has not ended counts. */
  readonly #begun = new Map<number, Watch[]>();
  readonly #counted = new Map<number, Watch>();

  /** A run begins or ends. */
  change(watch: Watch, seconds: number): void {
    const { sensor } = watch;
    const begun = this.#begun.get(sensor) ?? [];
    this.#begun.set(sensor, begun);
    if (watch.toSeconds > seconds) begun.push(watch);
    while (begun.length > 0 && begun.at(-1)!.toSeconds <= seconds) begun.pop();
    this.#count(sensor, begun.at(-1));
  }

  #count(sensor: number, watch: Watch | undefined): void {
    const before = this.#counted.get(sensor);
    if (before !== undefined) {
      this.sensors -= 1;
      this.addresses -= before.addresses;
      this.#counted.delete(sensor);
    }
    if (watch === undefined) return;
    this.sensors += 1;
    this.addresses += watch.addresses;
    this.#counted.set(sensor, watch);
  }
}
