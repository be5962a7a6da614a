/** InfluxDB's line protocol: one point a line. Written by ourselves, since every value must carry its `i`. */
import { SeriesDimension, type SeriesDimensionName, SeriesResolution } from '../ingest-commit.ts';
import type { MirrorPoint } from '../outbox.ts';
import { binTag, measurements, sessionTags, type Tags } from './tags.ts';

const dimensionNames = Object.keys(SeriesDimension) as SeriesDimensionName[];

/**
 * A tag's value, made safe: a newline in it would begin a second point, a backslash at its end would swallow the comma,
 * and an empty one is refused.
 */
export function escapeTag(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const plain = value.replace(/[\u0000-\u001f\u007f\\]/g, '_');
  return plain === '' ? '_' : plain.replace(/[ ,=]/g, '\\$&');
}

function tagText(tags: Tags): string {
  // In the order of names: InfluxDB finds such series fastest.
  const names = Object.keys(tags).sort();
  return names.map((name) => `,${name}=${escapeTag(tags[name]!)}`).join('');
}

/** So many beginnings of lines are kept: all there are, but for a session after another. */
const MAX_KNOWN = 20_000;
const TWO_TO_32 = 2 ** 32;

/** Makes lines. Most points differ from one before in time and values only. */
export class LineEncoder {
  /** By session and resolution, then by dimension and key as one number: looked up without making a word for each point. */
  readonly #groups = new Map<string, Map<number, string>>();
  readonly #hasPolicies: boolean;
  #known = 0;
  #group: Map<number, string> | null = null;
  #session = -1;
  #resolution = -1;

  /** Without retention policies, a tag tells bins of one length from those of another. */
  constructor(hasPolicies = true) {
    this.#hasPolicies = hasPolicies;
  }

  /** The line of a point, its time in seconds (`precision=s`). Throws RangeError for a dimension that has no measurement. */
  encode(point: MirrorPoint): string {
    return `${this.head(point)} ${fields(point)} ${point.bin}`;
  }

  /** Measurement and tags: what tells one series from another. */
  head(point: MirrorPoint): string {
    const group = this.#groupOf(point);
    const name = point.dimension * TWO_TO_32 + point.key;
    let head = group.get(name);
    if (head === undefined) {
      head = headOf(point, this.#hasPolicies);
      if (this.#known >= MAX_KNOWN) this.#forget();
      this.#groupOf(point).set(name, head);
      this.#known += 1;
    }
    return head;
  }

  /** Points come bin by bin: mostly it is that of the point before. */
  #groupOf({ session, resolution }: MirrorPoint): Map<number, string> {
    if (this.#group !== null && session === this.#session && resolution === this.#resolution) return this.#group;
    const name = `${session} ${resolution}`;
    const group = this.#groups.get(name) ?? new Map<number, string>();
    this.#groups.set(name, group);
    [this.#group, this.#session, this.#resolution] = [group, session, resolution];
    return group;
  }

  #forget(): void {
    this.#groups.clear();
    this.#group = null;
    this.#known = 0;
  }
}

function headOf(point: MirrorPoint, hasPolicies: boolean): string {
  const name = dimensionNames.find((candidate) => SeriesDimension[candidate] === point.dimension);
  if (!name) throw new RangeError(`dimension ${point.dimension} has no measurement`);
  const measurement = measurements[name];
  const bin = hasPolicies ? {} : binTag(point.resolution);
  const tags = tagText({ ...measurement.toTags(point.key), ...bin, ...sessionTags(point.session, point.resolution) });
  return `${measurement.name}${tags}`;
}

/** Without the i, the first whole number written would make the field a float for good. */
function fields({ resolution, packets, bytes, flows, sources, targets, coverage }: MirrorPoint): string {
  const sums = `bytes=${bytes}i,flows=${flows}i,packets=${packets}i`;
  const distinct = resolution < SeriesResolution.minute ? '' : `,sources=${sources}i,targets=${targets}i`;
  if (coverage === null) return sums + distinct;
  return `addressesWatched=${coverage.addressesWatched}i,outageSeconds=${coverage.outageSeconds}i,${sums}${distinct}`;
}
