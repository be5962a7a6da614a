/** What is handed to the kernel selects at least what our filter does, tagged and extended packets included. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelFilter } from '../../sensor/filter/index.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { madeVocabulary, RandomFilters } from '../support/filter-expressions.ts';
import { FilterOracle } from '../support/filter-oracle.ts';
import { type MadeRecord, madeRecords } from '../support/filter-packets.ts';
import { testFolder } from '../support/folders.ts';
import { concatenate, hex } from '../support/hex.ts';

const RANDOM_FILTERS = 600;
const SEED = 7;
const HEADER_BYTES = 14;
const canCompare = spawnSync('tcpdump', ['--version']).status === 0;
if (!canCompare) console.warn('tcpdump is missing: what the kernel would select is not compared');

function tagged({ bytes, wireLength }: MadeRecord): MadeRecord {
  const parts = [bytes.subarray(0, 12), hex('8100 0005'), bytes.subarray(12)];
  return { bytes: concatenate(parts), wireLength: wireLength + 4 };
}

/** Hop-by-hop options behind the IPv6 header. */
function extended({ bytes, wireLength }: MadeRecord): MadeRecord {
  const next = bytes[20]!;
  const header = bytes.slice(0, 54);
  header[20] = 0;
  const parts = [header, Uint8Array.of(next), hex('00 0104 00000000'), bytes.subarray(54)];
  return { bytes: concatenate(parts), wireLength: wireLength + 8 };
}

test.skipIf(!canCompare)('nothing that our filter selects is lost in the kernel', async () => {
  // An interface has no frames shorter than their header.
  const made = madeRecords(1).filter(({ bytes }) => bytes.length >= HEADER_BYTES);
  const isIpv6 = ({ bytes }: MadeRecord) => bytes.length >= 54 && bytes[12] === 0x86 && bytes[13] === 0xdd;
  const records = [...made, ...made.map(tagged), ...made.filter(isIpv6).map(extended)];
  const oracle = new FilterOracle(join(await testFolder(), 'all.pcap'), 1, records);
  const filters = new RandomFilters(SEED, madeVocabulary, 1);
  const lost: string[] = [];
  let compared = 0;
  let spared = 0;
  for (let count = 0; count < RANDOM_FILTERS; count++) {
    const text = filters.next();
    // A few are refused by both: words of a service that is none of the protocol's, divisions by zero.
    const theirs = oracle.tcpdump(text);
    const forKernel = typeof theirs === 'string' ? null : kernelFilter(parseFilter(text));
    const inKernel = forKernel === null ? 'nothing' : oracle.tcpdump(forKernel);
    if (typeof inKernel === 'string') continue;
    compared++;
    const there = new Set(inKernel);
    if (there.size < oracle.count) spared++;
    if (oracle.select(text).some((index) => !there.has(index))) lost.push(text);
  }
  expect(lost).toEqual([]);
  expect(compared).toBeGreaterThan(RANDOM_FILTERS * 0.8);
  expect(spared).toBeGreaterThan(RANDOM_FILTERS * 0.5);
});

test.for([
  ['tcp', true],
  ['tag mirai', false],
  ['tcp and tag mirai', true],
  ['tcp or tag mirai', false],
  ['ttl < 64', false],
  ['1 << len > 0', false],
  ['tcp and ip[1] >> ip[0] = 0', true],
  ['len << 2 > 100', true],
  ['vlan 5', false],
  ['mpls and tcp', false],
  ['inbound', false],
  ['not inner tcp', false],
] as const)('%s goes to the kernel, at least in part: %s', ([text, goes]) => {
  expect(kernelFilter(parseFilter(text)) !== null).toBe(goes);
});
