/** `inspect --filter`: a report of what passes, and how many did not. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectFile } from '../../../sensor/commands/inspect.ts';
import type { InspectReport } from '../../../sensor/inspect/inspect-report.ts';
import { pcapFile, type TestRecord } from '../../support/capture-bytes.ts';
import { answers, filterBatch, packetFilter } from '../../support/filter-batch.ts';
import { madeRecords } from '../../support/filter-packets.ts';
import { testFolder } from '../../support/folders.ts';
import { hex, toHex } from '../../support/hex.ts';

/** As often as it takes to fill several batches of the reader. */
const REPEATS = 40;

const once: TestRecord[] = madeRecords(1).map(({ bytes, wireLength }, index) => ({
  ...{ seconds: 1_700_000_000 + index, nanoseconds: 1_000 * index },
  ...{ packet: toHex(bytes), wireLength },
}));
const records = Array.from({ length: REPEATS }, () => once).flat();

async function captureOf(given: readonly TestRecord[]): Promise<string> {
  const path = join(await testFolder(), 'made.pcap');
  await writeFile(path, pcapFile(given));
  return path;
}

/** Without what is of the file, not of its packets. */
function countsOf(report: InspectReport) {
  const { file: _file, filteredOut: _filteredOut, ...counts } = report;
  return counts;
}

test.for(['tcp', 'not ip and not ip6', 'ip6 and udp port 53', 'class tcpSyn', 'len > 80', 'ether[100] >= 0'])(
  '%s: the report is that of a capture of what passes',
  async (text) => {
    const batch = filterBatch(once.map(({ packet, wireLength }) => ({ bytes: hex(packet), wireLength: wireLength! })));
    const passes = answers(packetFilter(text), batch);
    const passing = passes.filter((pass) => pass === 1).length * REPEATS;
    expect(passing).toBeGreaterThan(0);
    expect(passing).toBeLessThan(records.length);
    const filtered = await inspectFile(await captureOf(records), { filter: packetFilter(text), checksums: true });
    const kept = records.filter((_, index) => passes[index % once.length] === 1);
    const only = await inspectFile(await captureOf(kept), { checksums: true });
    expect(filtered.filteredOut).toBe(records.length - passing);
    expect(only).not.toHaveProperty('filteredOut');
    expect(countsOf(filtered)).toEqual(countsOf(only));
  },
);

test('where all passes, the report says so, and is the same otherwise', async () => {
  const path = await captureOf(once);
  const [all, whole] = [await inspectFile(path, { filter: packetFilter('len >= 0') }), await inspectFile(path)];
  expect(all).toEqual({ ...whole, filteredOut: 0 });
});

test('where nothing passes, the capture is read whole all the same', async () => {
  const report = await inspectFile(await captureOf(records), { filter: packetFilter('len < 0') });
  expect(report.filteredOut).toBe(records.length);
  expect(report).toMatchObject({ packets: 0, outermost: { ipv4: 0, ipv6: 0, arp: 0, none: 0 }, complete: true });
});
