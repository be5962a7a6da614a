/** A place on the map for every source: in the country its address is registered in, spread by its network. Approximate by nature. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { DEGREE_STEPS, PlaceKind, type StreakBatch } from '../../shared/wire/streaks.ts';

export interface CountryPlace {
  readonly latitude: number;
  readonly longitude: number;
  /** Radius in degrees of the disc that sources are spread over. */
  readonly radius: number;
}

export class SourcePlaces {
  readonly #places: ReadonlyMap<number, CountryPlace>;

  constructor(places: ReadonlyMap<number, CountryPlace>) {
    this.#places = places;
  }

  /** Sets latitude, longitude and kind of place of streak `to` from flow `row`. */
  fill(streaks: StreakBatch, to: number, flows: FlowBatch, row: number): void {
    const place = this.#places.get(flows.country[row]!);
    if (place === undefined) {
      streaks.place[to] = PlaceKind.unknown;
      streaks.latitude[to] = 0;
      streaks.longitude[to] = 0;
      return;
    }
    // All of a /24 (or /48) stands at one spot.
    const network =
      flows.family === 4 ? flows.source[row]! >>> 8 : flows.source[row * 4]! ^ (flows.source[row * 4 + 1]! >>> 16);
    const hash = scatter(network);
    const angle = ((hash & 0xffff) / 65_536) * 2 * Math.PI;
    const distance = Math.sqrt((hash >>> 16) / 65_536) * place.radius;
    const latitude = Math.max(-89, Math.min(89, place.latitude + distance * Math.sin(angle)));
    const stretch = Math.max(0.2, Math.cos((place.latitude * Math.PI) / 180));
    let longitude = place.longitude + (distance * Math.cos(angle)) / stretch;
    if (longitude > 180) longitude -= 360;
    else if (longitude < -180) longitude += 360;
    streaks.place[to] = PlaceKind.country;
    streaks.latitude[to] = Math.round(latitude * DEGREE_STEPS);
    streaks.longitude[to] = Math.round(longitude * DEGREE_STEPS);
  }
}

/** Spreads neighbouring networks over all 32 bits. */
function scatter(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
