/** Networks of addresses: the lists as they are read, the table as it is asked, the file as it is kept. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNetworkTable } from '../../../server/enrich/network-file.ts';
import { decodeNetworks, encodeNetworks } from '../../../server/enrich/networks/network-columns.ts';
import { readNetworkLists } from '../../../server/enrich/networks/network-list.ts';
import { NetworkTable } from '../../../server/enrich/networks/network-table.ts';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { createFlowBatch, type Family } from '../../../shared/flow-batch.ts';
import { flowBatch } from '../../support/commits.ts';
import { makeFolder, testFolder } from '../../support/folders.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** An address as the lists have it. */
function decimal(address: string): string {
  const words = address.includes(':') ? [...parseIpv6(address)!] : [parseIpv4(address)!];
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n).toString();
}
const line = (first: string, last: string, rest: string) => `${decimal(first)},${decimal(last)},${rest}\n`;

function networksOf(table: NetworkTable, family: Family, ...sources: string[]): number[] {
  const batch = flowBatch(
    family,
    sources.map((source) => ({ source, asn: 7 })),
  );
  table.fill(batch);
  return [...batch.asn.subarray(0, batch.length)];
}

const LIST_4 = [
  line('1.0.0.0', '1.0.0.255', '64500,"One, Two & ""Three"""'),
  line('1.0.1.0', '1.0.1.255', '64501,<b>bold</b>'),
  line('1.0.2.0', '1.0.2.0', '64500,another name'),
  // Begins in the range before: what is there already stays as it is.
  line('9.0.0.0', '9.0.0.9', '64502,'),
  line('9.0.0.5', '9.0.0.20', '64503,後'),
  line('9.0.0.7', '9.0.0.8', '64504,inside'),
  line('11.0.0.0', '11.0.0.1', '64510,AS64510'),
  line('223.255.255.0', '255.255.255.255', '4294967295,last\r'),
].join('');
const LIST_6 = [
  line('2400::', '2400:0:ffff:ffff:ffff:ffff:ffff:ffff', '64500,One'),
  line('2400:1::ffff:ffff:ffff:ffff', '2400:1:0:1::', '64601,over a border of words'),
  line('2c0f::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '64602,to the end'),
].join('');

describe('a table of a few lines', () => {
  const { columns, unreadableLines } = readNetworkLists(bytesOf(LIST_4), bytesOf(LIST_6));
  const table = new NetworkTable(columns);

  test.for([
    ['0.255.255.255', 0],
    ['1.0.0.0', 64_500],
    ['1.0.0.255', 64_500],
    ['1.0.1.0', 64_501],
    ['1.0.1.255', 64_501],
    ['1.0.2.0', 64_500],
    ['1.0.2.1', 0],
    ['8.255.255.255', 0],
    ['9.0.0.0', 64_502],
    ['9.0.0.9', 64_502],
    ['9.0.0.10', 64_503],
    ['9.0.0.20', 64_503],
    ['9.0.0.21', 0],
    ['223.254.255.255', 0],
    ['223.255.255.255', 4_294_967_295],
    // Nobody's, whatever a list says.
    ['224.0.0.1', 0],
    ['255.255.255.255', 0],
    ['0.0.0.0', 0],
  ] as const)('%s is of network %i', ([address, network]) => {
    expect(networksOf(table, 4, address, address)).toEqual([network, network]);
  });

  test.for([
    ['23ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 0],
    ['2400::', 64_500],
    ['2400:0:ffff:ffff:ffff:ffff:ffff:ffff', 64_500],
    ['2400:1::', 0],
    ['2400:1::ffff:ffff:ffff:fffe', 0],
    ['2400:1::ffff:ffff:ffff:ffff', 64_601],
    ['2400:1:0:1::', 64_601],
    ['2400:1:0:1::1', 0],
    ['2c0e:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 0],
    ['2c0f::', 64_602],
    ['3ffe::1', 64_602],
    ['2001:db8::1', 0],
    ['fe80::1', 0],
  ] as const)('%s is of network %i', ([address, network]) => {
    expect(networksOf(table, 6, address)).toEqual([network]);
  });

  test('names are as they were given, markup and all; the first of a network counts', () => {
    expect([64_500, 64_501, 64_503, 4_294_967_295].map((asn) => table.nameOf(asn))).toEqual([
      'One, Two & "Three"',
      '<b>bold</b>',
      '後',
      'last',
    ]);
    expect([table.nameOf(64_502), table.nameOf(64_510)]).toEqual([null, null]);
    expect([0, 1, 64_499, 64_505, 4_294_967_294].map((asn) => table.nameOf(asn))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(unreadableLines).toBe(0);
  });

  test('as bytes and back', () => {
    const bytes = encodeNetworks(columns, '1.2.3');
    expect(decodeNetworks(bytes, '1.2.3')).toEqual(columns);
  });
});

test('lines that are none are counted, and those around them are read', () => {
  const bad = [
    '',
    'no line',
    '1,2',
    '1,2,3',
    '1,,3,x',
    '-1,2,3,x',
    '4294967296,4294967297,3,x',
    '1,2,4294967296,x',
    ',,,',
  ];
  const text = `${bad.join('\n')}\n${line('1.0.0.0', '1.0.0.1', '5,five')}\nlast`;
  const { columns, unreadableLines } = readNetworkLists(bytesOf(text), bytesOf(text));
  // An empty line is none at all. To IPv6, 4294967296 is an address, and so is 16777216.
  expect(unreadableLines).toBe(bad.length - 1 + 1 + bad.length - 2 + 1);
  const table = new NetworkTable(columns);
  expect(networksOf(table, 4, '1.0.0.1', '1.0.0.2')).toEqual([5, 0]);
  expect(table.nameOf(5)).toBe('five');
});

test('empty lists are a table that knows nothing', () => {
  const table = new NetworkTable(readNetworkLists(bytesOf(''), bytesOf('')).columns);
  expect([networksOf(table, 4, '8.8.8.8'), networksOf(table, 6, '2001:4860::1'), table.nameOf(1)]).toEqual([
    [0],
    [0],
    null,
  ]);
});

test('a range that ends before it begins, and one that comes too late, change nothing', () => {
  const text =
    line('9.0.0.0', '9.0.0.9', '1,a') + line('20.0.0.9', '20.0.0.1', '2,b') + line('5.0.0.0', '5.0.0.9', '3,c');
  const table = new NetworkTable(readNetworkLists(bytesOf(text), bytesOf('')).columns);
  expect(networksOf(table, 4, '9.0.0.5', '20.0.0.5', '5.0.0.5')).toEqual([1, 0, 0]);
});

test.for([
  { letter: 'x', letters: 200 },
  { letter: '後', letters: 66 },
  { letter: '𝕏', letters: 50 },
])('a name of many "$letter" is cut between letters', ({ letter, letters }) => {
  const text = line('1.0.0.0', '1.0.0.1', `5,${letter.repeat(5_000)}`) + line('1.0.0.2', '1.0.0.3', '6,six');
  const table = new NetworkTable(readNetworkLists(bytesOf(text), bytesOf('')).columns);
  expect(table.nameOf(5)).toBe(letter.repeat(letters));
  expect(table.nameOf(6)).toBe('six');
});

describe('bytes that are not those of this table', () => {
  const { columns } = readNetworkLists(bytesOf(LIST_4), bytesOf(LIST_6));
  const whole = encodeNetworks(columns, '1.2.3');

  test('every bit counts', () => {
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at]! ^= 1 << (at % 8);
      expect(decodeNetworks(bytes, '1.2.3'), `byte ${at}`).toBeNull();
    }
  });

  test('cut short, longer, empty, of another list', () => {
    for (let length = 0; length < whole.length; length += 7)
      expect(decodeNetworks(whole.slice(0, length), '1.2.3'), `${length} bytes`).toBeNull();
    expect(decodeNetworks(Uint8Array.of(...whole, 0), '1.2.3')).toBeNull();
    expect(decodeNetworks(whole, '1.2.4')).toBeNull();
    expect(decodeNetworks(whole, '1.2.30')).toBeNull();
  });
});

describe('the table of the package', () => {
  let folder: string;
  let remove: () => Promise<void>;
  let table: NetworkTable;
  const problems: string[] = [];
  const log = (message: string) => problems.push(message);
  beforeAll(async () => {
    ({ folder, remove } = await makeFolder());
    table = openNetworkTable(folder, log);
  });
  afterAll(() => remove());

  test('knows what everyone knows', () => {
    expect(networksOf(table, 4, '8.8.8.8', '1.1.1.1', '133.11.0.1', '10.0.0.1')).toEqual([15_169, 13_335, 2_501, 0]);
    expect(networksOf(table, 6, '2001:4860:4860::8888', '2001:200::1', 'fe80::1')).toEqual([15_169, 2_500, 0]);
    expect(table.nameOf(15_169)).toBe('Google LLC');
    expect(problems).toEqual([]);
  });

  test('what is kept is what was made; what is damaged is made again', async () => {
    expect(await readdir(folder)).toEqual(['networks.cache']);
    const path = join(folder, 'networks.cache');
    const made = await readFile(path);
    expect(made.length).toBeGreaterThan(5_000_000);
    const kept = openNetworkTable(folder, log);
    expect(networksOf(kept, 4, '8.8.8.8')).toEqual([15_169]);
    const damaged = Buffer.from(made);
    damaged[1_000_000]! ^= 1;
    await writeFile(path, damaged);
    expect(networksOf(openNetworkTable(folder, log), 4, '8.8.8.8')).toEqual([15_169]);
    expect(made.equals(await readFile(path))).toBe(true);
    expect(await readdir(folder)).toEqual(['networks.cache']);
    expect(problems).toEqual([]);
  });

  test('addresses that share their place in the cache have each its own network', () => {
    const count = 80_000;
    const forward = createFlowBatch(4, count);
    forward.length = count;
    for (let row = 0, word = 1; row < count; row++) {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
      forward.source[row] = word;
    }
    const backward = createFlowBatch(4, count);
    backward.length = count;
    backward.source.set(forward.source.toReversed());
    table.fill(forward);
    table.fill(backward);
    expect(backward.asn.toReversed()).toEqual(forward.asn);
    expect(new Set(forward.asn).size).toBeGreaterThan(1_000);
  });
});

test('where nothing can be written there is a table, and a word about it', async () => {
  const problems: string[] = [];
  const folder = join(await testFolder(), 'missing');
  expect(
    networksOf(
      openNetworkTable(folder, (message) => problems.push(message)),
      4,
      '8.8.8.8',
    ),
  ).toEqual([15_169]);
  expect(problems).toEqual([expect.stringMatching(/^the table of networks is not kept .*ENOENT/)]);
});
