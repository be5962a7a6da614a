/** Sums of a stretch with more flows than are read: made by the store, one family after the other, as StretchSums makes them. */
import { Fragment } from '../../../shared/packet-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import { STRETCH_BINS } from '../../../shared/wire/stretch.ts';
import type { StretchSums } from '../../replay/stretch-sums.ts';
import type { Span } from '../stores.ts';
import { columnsOf } from './column-reader.ts';
import type { Reading } from './flow-sample.ts';
import { IN_SPAN } from './flow-sql.ts';
import { HASH_BEGINNING, sourceHashes } from './source-hash-sql.ts';

/** `isBrief`: sources and ports are left out. */
export async function addStored(sums: StretchSums, reading: Reading, span: Span, isBrief: boolean): Promise<void> {
  await addGroups(sums, reading, span);
  if (isBrief) return;
  await addPorts(sums, reading);
  await addSources(sums, reading);
}

/** By class, radiation and country, and by time: two ways to group the rows of one pass. */
async function addGroups(sums: StretchSums, reading: Reading, { fromSeconds, toSeconds }: Span): Promise<void> {
  const [from, bin] = [`$${lastParameter(reading) + 1}::DOUBLE`, `$${lastParameter(reading) + 2}::DOUBLE`];
  const { length, columns } = await ask(
    reading,
    ['u8', 'u8', 'u8', 'u8', 'u16', 'f64', 'f64', 'f64'],
    (flows, where) => `SELECT GROUPING(bin)::UTINYINT, coalesce(bin, 0), coalesce(class, 0), coalesce(radiation, 0),
        coalesce(country, 0), sum(packets)::DOUBLE, sum("wireBytes")::DOUBLE, count(*)::DOUBLE
      FROM (SELECT class, radiation, country, packets, "wireBytes", ${binOf(from, bin)} AS bin FROM ${flows} WHERE ${where})
      GROUP BY GROUPING SETS ((bin), (class, radiation, country))`,
    [fromSeconds, (toSeconds - fromSeconds) / STRETCH_BINS],
  );
  const [isGroup, bins, trafficClass, radiation, country, packets, bytes, counts] = columns;
  for (let row = 0; row < length; row++) {
    if (isGroup![row] === 0) sums.addBin(bins![row]!, packets![row]!, bytes![row]!, counts![row]!);
    else {
      sums.addClass(trafficClass![row]!, packets![row]!);
      sums.addRadiation(radiation![row]!, packets![row]!);
      sums.addCountry(country![row]!, packets![row]!);
    }
  }
}

/** The same steps in the same order as there, so that no flow at a border is in another part. */
function binOf(from: string, bin: string): string {
  const place = `floor(("interval" / 1000000 + "firstMicros" / 1000000 - ${from}) / ${bin})`;
  return `least(${STRETCH_BINS - 1}, greatest(0, ${place}))::UTINYINT`;
}

/** By port alone, which is half as many groups. */
async function addPorts(sums: StretchSums, reading: Reading): Promise<void> {
  const ofProtocol = (protocol: number) => `coalesce(sum(packets) FILTER (WHERE protocol = ${protocol}), 0)::DOUBLE`;
  const { length, columns } = await ask(
    reading,
    ['u16', 'f64', 'f64'],
    (flows, where) => `SELECT "targetPort", ${ofProtocol(IpProtocol.tcp)}, ${ofProtocol(IpProtocol.udp)} FROM ${flows}
      WHERE ${where} AND protocol IN (${IpProtocol.tcp}, ${IpProtocol.udp}) AND fragment <> ${Fragment.later}
      GROUP BY "targetPort"`,
  );
  const [port, tcp, udp] = columns;
  for (let row = 0; row < length; row++) {
    if (tcp![row]! > 0) sums.addPort(IpProtocol.tcp, port![row]!, tcp![row]!);
    if (udp![row]! > 0) sums.addPort(IpProtocol.udp, port![row]!, udp![row]!);
  }
}

async function addSources(sums: StretchSums, reading: Reading): Promise<void> {
  const { columns } = await ask(
    reading,
    ['u32'],
    (flows, where) => `SELECT min(hash)::UINTEGER FROM (${sourceHashes(reading.family, `FROM ${flows} WHERE ${where}`)})
      GROUP BY ${HASH_BEGINNING}`,
  );
  sums.addSourceHashes(columns[0] as Uint32Array);
}

const lastParameter = ({ span, filter }: Reading) => span.length + filter.values.length;

function ask(
  { reader, flows, span, filter }: Reading,
  kinds: Parameters<typeof columnsOf>[1],
  sql: (flows: string, where: string) => string,
  more: readonly number[] = [],
) {
  return columnsOf(reader, kinds, sql(flows, `${IN_SPAN} AND ${filter.sql}`), [...span, ...filter.values, ...more]);
}
