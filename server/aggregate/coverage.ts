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
  if (inside.length === 0) return { addressesWatched: 0, outageSeconds: Math.round(toSeconds - fromSeconds) };
  const edges = new Set<number>([fromSeconds, toSeconds]);
  for (const watch of inside) {
    edges.add(Math.max(fromSeconds, watch.fromSeconds));
    edges.add(Math.min(toSeconds, watch.toSeconds));
  }
  const times = [...edges].sort((a, b) => a - b);
  let watched = 0;
  let addressSeconds = 0;
  for (let at = 1; at < times.length; at++) {
    const begin = times[at - 1]!;
    const addresses = addressesAt(inside, begin);
    if (addresses === null) continue;
    watched += times[at]! - begin;
    addressSeconds += (times[at]! - begin) * addresses;
  }
  return {
    addressesWatched: watched === 0 ? 0 : Math.round(addressSeconds / watched),
    outageSeconds: Math.round(toSeconds - fromSeconds - watched),
  };
}

/** Null while nobody watches. */
function addressesAt(watches: readonly Watch[], seconds: number): number | null {
  const bySensor = new Map<number, Watch>();
  for (const watch of watches) {
    if (watch.fromSeconds > seconds || watch.toSeconds <= seconds) continue;
    const known = bySensor.get(watch.sensor);
    if (known === undefined || watch.fromSeconds >= known.fromSeconds) bySensor.set(watch.sensor, watch);
  }
  if (bySensor.size === 0) return null;
  let addresses = 0;
  for (const watch of bySensor.values()) addresses += watch.addresses;
  return addresses;
}
