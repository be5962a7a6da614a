import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileSource } from '../../../sensor/capture/file-source.ts';
import { keepRecords } from '../../../shared/packet-batch.ts';
import { PcapngBlocks, pcapFile, type TestRecord } from '../../support/capture-bytes.ts';
import { codeOfPromise } from '../../support/errors.ts';
import { testFolder } from '../../support/folders.ts';
import { concatenate, toHex } from '../../support/hex.ts';

/** A record whose packet says which it is. */
const record = (index: number, seconds: number, nanoseconds = 0): TestRecord => ({
  seconds,
  nanoseconds,
  packet: index
    .toString(16)
    .padStart(8, '0')
    .repeat((index % 7) + 1),
});

async function write(folder: string, name: string, records: readonly TestRecord[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, pcapFile(records, { nanoseconds: true }));
  return path;
}

/** All records in the order in which they come, and how many batches they came in. */
async function readAll(paths: readonly string[]) {
  const source = new FileSource(paths, 0);
  await source.open();
  const records: TestRecord[] = [];
  let batches = 0;
  for await (const batch of source.batches()) {
    batches++;
    for (let row = 0; row < batch.length; row++) {
      const start = batch.offset[row]!;
      records.push({
        seconds: batch.seconds[row]!,
        nanoseconds: batch.nanoseconds[row]!,
        packet: toHex(batch.bytes.subarray(start, start + batch.capturedLength[row]!)),
      });
    }
  }
  return { records, batches, damage: source.damage };
}

test('one capture, dealt out to several files at random, comes back as it was', async () => {
  const folder = await testFolder();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.tuple(fc.nat({ max: 8 }), fc.integer({ min: 1, max: 1_500 })), { minLength: 1, maxLength: 40 }),
      fc.integer(),
      async (count, runs, salt) => {
        const whole: TestRecord[] = [];
        const parts: TestRecord[][] = Array.from({ length: count }, () => []);
        for (const [file, length] of runs) {
          // Long runs of one file, and here and there records that change files each time.
          for (let i = 0; i < length; i++) {
            const index = whole.length;
            const next = record(index, 1_700_000_000 + Math.floor(index / 1_000), (index % 1_000) * 1_000);
            whole.push(next);
            parts[(length < 300 ? (index * 31 + salt) >>> 0 : file) % count]!.push(next);
          }
        }
        const paths = await Promise.all(parts.map((part, i) => write(folder, `${i}.pcap`, part)));
        const found = await readAll(paths);
        expect(found.damage).toEqual([]);
        expect(found.records).toEqual(whole);
      },
    ),
    { numRuns: 8 },
  );
});

describe('order', () => {
  test('of records of the same time is that of the files', async () => {
    const folder = await testFolder();
    const later = await write(folder, 'a', [record(3, 10), record(4, 20)]);
    const first = await write(folder, 'b', [record(1, 5), record(2, 10)]);
    const twin = await write(folder, 'c', [record(5, 10)]);
    const { records } = await readAll([later, first, twin]);
    expect(records).toEqual([record(1, 5), record(2, 10), record(3, 10), record(5, 10), record(4, 20)]);
  });

  test('holds for large packets, of which few fit into a batch', async () => {
    const folder = await testFolder();
    const large = (index: number) => ({
      ...record(index, index),
      packet: index.toString(16).padStart(4, '0').repeat(30_000),
    });
    const all = Array.from({ length: 60 }, (_, index) => large(index));
    const paths = await Promise.all(
      [0, 1, 2].map((part) =>
        write(
          folder,
          `${part}`,
          all.filter((_, index) => index % 3 === part),
        ),
      ),
    );
    const { records } = await readAll(paths);
    expect(records.map(({ seconds }) => seconds)).toEqual(all.map(({ seconds }) => seconds));
    expect(records.every(({ packet }, index) => packet === all[index]!.packet)).toBe(true);
  });

  test('within a file that is not in order is kept', async () => {
    const folder = await testFolder();
    const jumbled = await write(folder, 'a', [record(1, 50), record(2, 10), record(3, 60)]);
    const sorted = await write(folder, 'b', [record(4, 20), record(5, 55), record(6, 70)]);
    const { records } = await readAll([sorted, jumbled]);
    expect(records.map(({ seconds }) => seconds)).toEqual([20, 50, 10, 55, 60, 70]);
  });

  test('tells nanoseconds apart', async () => {
    const folder = await testFolder();
    const one = await write(folder, 'a', [record(1, 1_700_000_000, 1), record(3, 1_700_000_000, 3)]);
    const two = await write(folder, 'b', [record(2, 1_700_000_000, 2), record(4, 1_700_000_000, 4)]);
    const { records } = await readAll([two, one]);
    expect(records.map(({ nanoseconds }) => nanoseconds)).toEqual([1, 2, 3, 4]);
  });

  test('of what carries no time is behind the record before it', async () => {
    const folder = await testFolder();
    const blocks = new PcapngBlocks(true);
    const path = join(folder, 'a.pcapng');
    const parts = [
      blocks.section(),
      blocks.interface(),
      blocks.simple('aa'),
      blocks.enhanced({ packet: 'bb', ticks: 20_000_000n }),
      blocks.simple('cc'),
      blocks.enhanced({ packet: 'dd', ticks: 40_000_000n }),
    ];
    await writeFile(path, concatenate(parts));
    const other = await write(folder, 'b', [record(1, 10), record(2, 20), record(3, 30)]);
    const { records } = await readAll([other, path]);
    const [one, two, three] = [record(1, 10), record(2, 20), record(3, 30)].map(({ packet }) => packet);
    expect(records.map(({ packet }) => packet)).toEqual(['aa', one, 'bb', 'cc', two, three, 'dd']);
  });
});

describe('files that do not overlap', () => {
  test('are handed on as they were read', async () => {
    const folder = await testFolder();
    const paths: string[] = [];
    for (let file = 9; file >= 0; file--) {
      const records = Array.from({ length: 5_000 }, (_, i) => record(i, file * 1_000 + i / 1_000));
      paths.push(await write(folder, `${file}`, records));
    }
    const { records, batches } = await readAll(paths);
    expect(records).toHaveLength(50_000);
    // 4,096 rows and the rest of each.
    expect(batches).toBe(20);
  });

  test('are open one at a time, hundreds of them', async () => {
    const folder = await testFolder();
    const paths: string[] = [];
    for (let file = 0; file < 300; file++) paths.push(await write(folder, `${file}`, [record(file, file * 10)]));
    const source = new FileSource(paths.toReversed(), 0);
    await source.open();
    let mostOpen = 0;
    const seconds: number[] = [];
    for await (const batch of source.batches()) {
      seconds.push(...batch.seconds.subarray(0, batch.length));
      mostOpen = Math.max(mostOpen, openIn(folder));
    }
    expect(seconds).toEqual(paths.map((_, file) => file * 10));
    expect(mostOpen).toBe(1);
    expect(openIn(folder)).toBe(0);
  });
});

test('files that all overlap are refused beyond a bound', async () => {
  const folder = await testFolder();
  const paths: string[] = [];
  for (let file = 0; file < 129; file++)
    paths.push(await write(folder, `${file}`, [record(1, file), record(2, 1_000)]));
  expect(await codeOfPromise(readAll(paths))).toBe('CAPTURE_OVERLAP');
  expect((await readAll(paths.slice(1))).records).toHaveLength(256);
  expect(openIn(folder)).toBe(0);
});

test('stopped amid, nothing stays open', async () => {
  const folder = await testFolder();
  const paths = [await write(folder, 'a', [record(1, 1), record(3, 3)]), await write(folder, 'b', [record(2, 2)])];
  const source = new FileSource(paths, 0);
  await source.open();
  for await (const _ of source.batches()) source.stop();
  // A file is closed by another thread of the process.
  await expect.poll(() => openIn(folder)).toBe(0);
  expect(source.damage).toEqual([]);
});

/** How many files below a folder this process has open (Linux). */
function openIn(folder: string): number {
  const targets = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder)).length;
}

test('who is handed a batch may take records out of it: the rest still comes', async () => {
  const folder = await testFolder();
  const whole = Array.from({ length: 10_000 }, (_, index) => record(index, index));
  const source = new FileSource([await write(folder, 'one.pcap', whole)], 0);
  await source.open();
  let count = 0;
  for await (const batch of source.batches()) {
    count += batch.length;
    keepRecords(
      batch,
      Uint8Array.from({ length: batch.length }, (_, row) => (row % 10 === 0 ? 1 : 0)),
    );
    if (count > whole.length) break;
  }
  expect(count).toBe(whole.length);
});

test('a pipe with a name is read whole, beside a file: what was looked at beforehand would be gone', async () => {
  const folder = await testFolder();
  const early = await write(folder, 'early.pcap', [record(0, 10), record(2, 30)]);
  const late = await write(folder, 'late.pcap', [record(1, 20), record(3, 40)]);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  spawn('sh', ['-c', 'cat "$0" > "$1"', late, pipe], { stdio: 'ignore' });
  const { records, damage } = await readAll([early, pipe]);
  expect(records.map(({ seconds }) => seconds)).toEqual([10, 20, 30, 40]);
  expect(damage).toEqual([]);
});
