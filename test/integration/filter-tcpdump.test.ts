/**
 * The filter language against tcpdump itself: every primitive of its manual, and random filters from the grammar, must
 * select the same records. Left out are records to which a stated departure applies (docs/filter.md). Where tcpdump's
 * optimizer drops a look at bytes that are not there, its meaning without the optimizer counts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CaptureFile } from '../../sensor/capture/capture-file.ts';
import { formatIpv4, formatIpv6 } from '../../shared/address.ts';
import { capturePath, capturesFolder, isStrict, readTruths } from '../support/captures.ts';
import { comparableOracle, compare, nothingCompared } from '../support/filter-difference.ts';
import {
  type FilterVocabulary,
  madeVocabulary,
  manualExpressions,
  RandomFilters,
  seededRandom,
} from '../support/filter-expressions.ts';
import type { FilterOracle } from '../support/filter-oracle.ts';
import { type MadeRecord, madeFrames, madeRecords } from '../support/filter-packets.ts';
import { makeFolder } from '../support/folders.ts';

const RANDOM_FILTERS = 1_400;
const REAL_FILTERS = 600;
const SEED = 20_261_124;
const MAX_RECORDS = 6_000;
const MAX_RECORDS_OF_A_FILE = 400;
/** Less of what is compared must be without effect: a filter that selects nothing or all says little. */
const MIN_TELLING = 0.5;

const canCompare = spawnSync('tcpdump', ['--version']).status === 0;
if (!canCompare) console.warn('tcpdump is missing: filters are not compared with it');

let folder: string;
let removeFolder: () => Promise<void>;
let oracles: FilterOracle[];
beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  oracles = [...madeFrames.keys()].map((linkType) =>
    comparableOracle(join(folder, `made-${linkType}.pcap`), linkType, madeRecords(linkType)),
  );
});
afterAll(() => removeFolder());

test.skipIf(!canCompare)('every primitive of the manual selects what tcpdump selects', () => {
  const compared = nothingCompared();
  const ofEthernet = oracles.find(({ linkType }) => linkType === 1)!;
  manualExpressions.forEach((text, index) => {
    compare(ofEthernet, text, compared);
    compare(oracles[index % oracles.length]!, text, compared);
  });
  expect(compared.differences).toEqual([]);
  expect(compared.refusedHere).toEqual([]);
  expect(compared.both).toBeGreaterThan(1_000);
  expect(compared.telling / compared.both).toBeGreaterThan(MIN_TELLING);
});

test.skipIf(!canCompare)('random filters select what tcpdump selects, on every link type', () => {
  const compared = nothingCompared();
  const perType = Math.ceil(RANDOM_FILTERS / oracles.length);
  oracles.forEach((oracle, index) => {
    const filters = new RandomFilters(SEED + index, madeVocabulary, oracle.linkType);
    for (let count = 0; count < perType; count++) compare(oracle, filters.next(), compared);
  });
  expect(compared.differences).toEqual([]);
  expect(compared.refusedHere).toEqual([]);
  expect(compared.both).toBeGreaterThan(1_000);
  expect(compared.telling / compared.both).toBeGreaterThan(MIN_TELLING);
});

test.skipIf(!canCompare || capturesFolder === null)('random filters over real captures, too', async () => {
  const byLinkType = await realRecords();
  const compared = nothingCompared();
  const real = [...byLinkType].filter(([linkType, { records }]) => madeFrames.has(linkType) && records.length > 0);
  const total = real.reduce((sum, [, { records }]) => sum + Math.sqrt(records.length), 0);
  for (const [linkType, { records, vocabulary }] of real) {
    const oracle = comparableOracle(join(folder, `real-${linkType}.pcap`), linkType, records);
    if (oracle.count === 0) continue;
    const filters = new RandomFilters(SEED + linkType, vocabulary, linkType);
    const share = Math.ceil((REAL_FILTERS * Math.sqrt(records.length)) / total);
    for (let count = 0; count < share; count++) compare(oracle, filters.next(), compared);
  }
  expect(compared.differences).toEqual([]);
  expect(compared.refusedHere).toEqual([]);
  expect(compared.both).toBeGreaterThan(REAL_FILTERS / 2);
});

interface RealRecords {
  readonly records: MadeRecord[];
  readonly vocabulary: { addresses: string[]; addresses6: string[]; ports: string[] };
}

/** Records of the strict captures by link type, and addresses and ports that occur in them. */
async function realRecords(): Promise<Map<number, RealRecords>> {
  const found = new Map<number, RealRecords>();
  for (const truth of readTruths().filter(isStrict)) {
    const file = new CaptureFile(capturePath(truth.file));
    await file.open();
    let left = MAX_RECORDS_OF_A_FILE;
    for (let batch = await file.next(); batch !== null && left > 0; batch = await file.next()) {
      for (let record = 0; record < batch.length && left > 0; record++, left--) {
        const linkType = batch.linkType[record]!;
        const of = found.get(linkType) ?? emptyRecords();
        found.set(linkType, of);
        if (of.records.length >= MAX_RECORDS) break;
        const at = batch.offset[record]!;
        const bytes = batch.bytes.slice(at, at + batch.capturedLength[record]!);
        // libpcap reads the family of BSD loopback in the byte order of the file, and these all go into one file.
        if (linkType === 0 && bytes[0] === 0) continue;
        of.records.push({ bytes, wireLength: batch.wireLength[record]! });
      }
    }
    await file.close();
  }
  const random = seededRandom(SEED);
  for (const { records, vocabulary } of found.values()) {
    for (let count = 0; count < 40; count++)
      addWords(vocabulary, records[Math.floor(random() * records.length)]!.bytes);
  }
  return found;
}

function emptyRecords(): RealRecords {
  const { addresses, addresses6, ports } = madeVocabulary as FilterVocabulary;
  return { records: [], vocabulary: { addresses: [...addresses], addresses6: [...addresses6], ports: [...ports] } };
}

/** Whatever looks like an IP header on Ethernet or at the beginning: its words need not be right, only likely. */
function addWords({ addresses, addresses6, ports }: RealRecords['vocabulary'], bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const start of [0, 4, 14, 16]) {
    if (bytes.length >= start + 24 && bytes[start] === 0x45) {
      addresses.push(formatIpv4(view.getUint32(start + 12)), formatIpv4(view.getUint32(start + 16)));
      ports.push(String(view.getUint16(start + 20)), String(view.getUint16(start + 22)));
      return;
    }
    if (bytes.length >= start + 40 && bytes[start]! >> 4 === 6) {
      const words = Array.from({ length: 8 }, (_, word) => view.getUint32(start + 8 + word * 4));
      addresses6.push(formatIpv6(words, 0), formatIpv6(words, 4));
      return;
    }
  }
}
