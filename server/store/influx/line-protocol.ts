/** InfluxDB's line protocol: one point a line. Written by ourselves, since every value must carry its `i`. */
import { SeriesDimension, type SeriesDimensionName } from '../ingest-commit.ts';
import type { MirrorPoint } from '../outbox.ts';
import { measurements, sessionTags, type Tags } from './tags.ts';

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

/** The line of a point, its time in seconds (`precision=s`). Throws RangeError for a dimension that has no measurement. */
export function encodeLine(point: MirrorPoint): string {
  const name = dimensionNames.find((candidate) => SeriesDimension[candidate] === point.dimension);
  if (!name) throw new RangeError(`dimension ${point.dimension} has no measurement`);
  const measurement = measurements[name];
  const tags = tagText({ ...measurement.toTags(point.key), ...sessionTags(point.session, point.resolution) });
  const { packets, bytes, flows } = point;
  // Without the i, the first whole number written would make the field a float for good.
  return `${measurement.name}${tags} bytes=${bytes}i,flows=${flows}i,packets=${packets}i ${point.bin}`;
}
