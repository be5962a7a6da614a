/** Counts and sums of a stretch, out of what was summed up of sealed files by second and minute. */
import { IpProtocol } from '../../../shared/protocols.ts';
import { STRETCH_BINS } from '../../../shared/wire/stretch.ts';
import type { StretchSums } from '../../replay/stretch-sums.ts';
import type { Span } from '../stores.ts';
import { columnsOf } from './column-reader.ts';
import { readParquet } from './flow-files.ts';
import type { Reading } from './flow-sample.ts';
import { MINUTE_SECONDS, SummaryKind } from './summary-sql.ts';

export interface Counted {
  readonly offered: number;
  /** Of the first flow behind the span; Infinity where there is none. */
  readonly nextMicros: number;
}

export const isOfSeconds = ({ fromSeconds, toSeconds }: Span) =>
  Number.isInteger(fromSeconds) && Number.isInteger(toSeconds);
/** And no part of the stretch begins within a second. */
export const isOfMinutes = ({ fromSeconds, toSeconds }: Span) =>
  fromSeconds % MINUTE_SECONDS === 0 && toSeconds % MINUTE_SECONDS === 0;

/** For a span of whole seconds. */
export async function countSeconds(reading: Reading, { fromSeconds, toSeconds }: Span): Promise<Counted> {
  const { columns } = await columnsOf(
    reading.reader,
    ['f64', 'f64'],
    `SELECT coalesce(sum(flows) FILTER (WHERE slot < $2), 0)::DOUBLE,
        coalesce(min(slot * 1000000 + key) FILTER (WHERE slot >= $2)::DOUBLE, 'Infinity'::DOUBLE)
      FROM ${minutes(reading)} WHERE kind = ${SummaryKind.second} AND slot >= $1`,
    [fromSeconds, toSeconds],
  );
  return { offered: columns[0]![0]!, nextMicros: columns[1]![0]! };
}

/** For a span of whole minutes, and all flows. `isBrief`: sources and ports, of which there are most, are left out. */
export async function addSummaries(sums: StretchSums, reading: Reading, span: Span, isBrief: boolean): Promise<void> {
  await addBins(sums, reading, span);
  await addKeys(sums, reading, span, isBrief ? SummaryKind.country : SummaryKind.source);
}

async function addBins(sums: StretchSums, reading: Reading, { fromSeconds, toSeconds }: Span): Promise<void> {
  const { length, columns } = await columnsOf(
    reading.reader,
    ['u8', 'f64', 'f64', 'f64'],
    `SELECT least(${STRETCH_BINS - 1}, floor((slot - $1) / $3::DOUBLE))::UTINYINT AS bin, sum(packets)::DOUBLE,
        sum(bytes)::DOUBLE, sum(flows)::DOUBLE
      FROM ${minutes(reading)} WHERE kind = ${SummaryKind.second} AND slot >= $1 AND slot < $2 GROUP BY bin`,
    [fromSeconds, toSeconds, (toSeconds - fromSeconds) / STRETCH_BINS],
  );
  const [bin, packets, bytes, flows] = columns;
  for (let row = 0; row < length; row++) sums.addBin(bin![row]!, packets![row]!, bytes![row]!, flows![row]!);
}

async function addKeys(
  sums: StretchSums,
  reading: Reading,
  { fromSeconds, toSeconds }: Span,
  lastKind: number,
): Promise<void> {
  const { length, columns } = await columnsOf(
    reading.reader,
    ['u8', 'u32', 'f64'],
    `SELECT kind, key, sum(packets)::DOUBLE FROM ${minutes(reading)}
      WHERE kind > ${SummaryKind.second} AND kind <= ${lastKind} AND slot >= $1 AND slot < $2 GROUP BY kind, key`,
    [fromSeconds, toSeconds],
  );
  const [kind, keys, packets] = columns as readonly [Uint8Array, Uint32Array, Float64Array];
  const hashes = new Uint32Array(length);
  let hashed = 0;
  for (let row = 0; row < length; row++) {
    const [key, sum] = [keys[row]!, packets[row]!];
    if (kind[row] === SummaryKind.tcp) sums.addPort(IpProtocol.tcp, key, sum);
    else if (kind[row] === SummaryKind.udp) sums.addPort(IpProtocol.udp, key, sum);
    else if (kind[row] === SummaryKind.class) sums.addClass(key, sum);
    else if (kind[row] === SummaryKind.radiation) sums.addRadiation(key, sum);
    else if (kind[row] === SummaryKind.country) sums.addCountry(key, sum);
    else hashes[hashed++] = key;
  }
  sums.addSourceHashes(hashes.subarray(0, hashed));
}

const minutes = ({ summaries }: Reading) => readParquet(summaries.map((paths) => paths.minutes));
