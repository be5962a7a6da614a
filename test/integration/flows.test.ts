/** `kurayami flows` as a user meets it. */
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder } from '../support/folders.ts';
import { program, programFile } from '../support/program.ts';

let folder: string;
let removeFolder: () => Promise<void>;
let capture: string;
/** Packets in the capture. */
let packets: number;
beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  capture = join(folder, 'made.pcap');
  const words = [programFile, 'simulate', '--rate', '4000', '--duration', '30', '--seed', '5', '--out', capture];
  const { stderr } = await promisify(execFile)(process.execPath, words);
  packets = Number(stderr.split(' ')[0]!.replaceAll(',', ''));
});
afterAll(() => removeFolder());

/** A number of the summary. */
const counter = (stderr: string, name: string) =>
  Number(new RegExp(`^ {2}${name} +([\\d,]+)`, 'm').exec(stderr)?.[1]?.replaceAll(',', ''));
const inFlows = (stderr: string) => Number(/with ([\d,]+) packets/.exec(stderr)?.[1]?.replaceAll(',', ''));

function rowsOf(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at]!, cell])));
}

const sum = (rows: readonly { packets?: string | number }[]) =>
  rows.reduce((total, row) => total + Number(row.packets), 0);

test('every packet is in a flow; two runs write the same bytes; the summary has the sums', async () => {
  const [first, second] = [await program(['flows', capture]), await program(['flows', capture])];
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout === second.stdout).toBe(true);
  const rows = rowsOf(first.stdout);
  expect(packets).toBeGreaterThan(100_000);
  expect(sum(rows)).toBe(packets);
  expect(counter(first.stderr, 'captured')).toBe(packets);
  expect(counter(first.stderr, 'decoded')).toBe(packets);
  expect(counter(first.stderr, 'flows')).toBe(rows.length);
  expect(inFlows(first.stderr)).toBe(packets);
  const families = new Set(rows.map(({ source }) => (source!.includes(':') ? 6 : 4)));
  expect([...families].sort()).toEqual([4, 6]);
});

test('--out has what standard output would have; JSON lines say the same; none counts the same', async () => {
  const out = join(folder, 'flows.csv');
  const toFile = await program(['flows', '--out', out, '--community-id', capture]);
  expect(toFile.code, toFile.stderr).toBe(0);
  expect(toFile.stdout).toBe('');
  await expect(stat(`${out}.partial`)).rejects.toThrow('ENOENT');
  const rows = rowsOf(await readFile(out, 'utf8'));
  const { stdout } = await program(['flows', '--format', 'ndjson', '--community-id', capture]);
  const objects = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects.map(({ communityId }) => communityId)).toEqual(rows.map(({ communityId }) => communityId));
  expect(rows.every(({ communityId }) => /^1:[\w+/]{27}=$/.test(communityId!))).toBe(true);
  const none = await program(['flows', '--format', 'none', capture]);
  expect(none.stdout).toBe('');
  expect(counter(none.stderr, 'flows')).toBe(rows.length);
});

test('an interval of a minute joins what seconds tell apart, and loses no packet', async () => {
  const rows = rowsOf((await program(['flows', '--interval', '60', capture])).stdout);
  expect(rows.every(({ interval }) => Number(interval) % 60 === 0)).toBe(true);
  expect(sum(rows)).toBe(packets);
});

test('a capture and what follows it are one stream, in whatever order they are named; compressed, it is the same', async () => {
  const [zipped, later] = [join(folder, 'made.pcap.gz'), join(folder, 'later.pcap')];
  await writeFile(zipped, gzipSync(await readFile(capture)));
  const whole = await program(['flows', capture]);
  expect((await program(['flows', zipped])).stdout === whole.stdout).toBe(true);
  await program(['simulate', '--start', '1767230000', '--duration', '5', '--seed', '6', '--out', later]);
  const [one, other] = [await program(['flows', capture, later]), await program(['flows', later, capture])];
  expect(one.stdout === other.stdout).toBe(true);
  expect(one.stdout.startsWith(whole.stdout.slice(0, 10_000))).toBe(true);
});

describe('--filter', () => {
  test('leaves exactly the packets that match, and counts the others', async () => {
    const all = rowsOf((await program(['flows', capture])).stdout);
    const { stdout, stderr, code } = await program(['flows', '--filter', 'tcp dst port 23', capture]);
    expect(code, stderr).toBe(0);
    const wanted = all.filter(({ protocol, targetPort }) => protocol === '6' && targetPort === '23');
    expect(wanted.length).toBeGreaterThan(1_000);
    expect(sum(rowsOf(stdout))).toBe(sum(wanted));
    expect(rowsOf(stdout).length).toBe(wanted.length);
    expect(counter(stderr, 'decoded')).toBe(sum(wanted));
    expect(counter(stderr, 'filteredOut')).toBe(packets - sum(wanted));
  });

  test('that is wrong is wrong use, with a caret under the word', async () => {
    const { code, stdout, stderr } = await program(['flows', '--filter', 'tcp dst prt 23', capture]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('tcp dst prt 23\n        ^^^');
  });
});

test('the capture itself is not overwritten; --out that cannot be says why', async () => {
  const copy = join(folder, 'copy.pcap');
  const bytes = (await readFile(capture)).subarray(0, 100_000);
  await writeFile(copy, bytes);
  const over = await program(['flows', '--out', copy, copy]);
  expect(over.code).toBe(2);
  expect(over.stderr).toContain('is the capture that is read');
  expect((await readFile(copy)).equals(bytes)).toBe(true);
  const nowhere = await program(['flows', '--out', join(folder, 'no', 'such.csv'), copy]);
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('its folder does not exist') });
  expect(await program(['flows', '--filter', 'tcp', '--filter', 'udp', copy])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--filter is given twice'),
  });
});

test('what was before the damage is written, and the exit code is 1', async () => {
  const cut = join(folder, 'cut.pcap');
  await writeFile(cut, (await readFile(capture)).subarray(0, 500_001));
  const { code, stdout, stderr } = await program(['flows', cut]);
  expect(code).toBe(1);
  expect(stderr).toContain('damage');
  expect(sum(rowsOf(stdout))).toBe(counter(stderr, 'decoded'));
  expect(sum(rowsOf(stdout))).toBeGreaterThan(1_000);
});

test.for<{ words: string[]; says: string }>([
  { words: [], says: 'at least one FILE' },
  { words: ['--format', 'parquet', 'x.pcap'], says: 'csv, ndjson or none' },
  { words: ['--interval', '0', 'x.pcap'], says: '--interval' },
  { words: ['--format', 'none', '--out', 'x.csv', 'x.pcap'], says: '--out' },
  { words: ['--community-id-seed', '1', 'x.pcap'], says: '--community-id' },
])('wrong use: $words', async ({ words, says }) => {
  const { code, stderr } = await program(['flows', ...words]);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
});
