/** Lists of research scanners: what is read, what is told, and what changes while the server runs. */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ScannerFolder } from '../../../server/enrich/scanners/scanner-folder.ts';
import { MAX_LIST_BLOCKS, readScannerList } from '../../../server/enrich/scanners/scanner-list.ts';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { testFolder } from '../../support/folders.ts';

const wordsOf = (text: string) => parseIpv6(text) ?? [0, 0, 0xffff, parseIpv4(text)!];

async function openFolder(files: Record<string, string>) {
  const folder = await testFolder();
  const put = (name: string, text: string) => writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await put(name, text);
  const log = vi.fn();
  const scanners = new ScannerFolder(folder, log);
  scanners.start();
  onTestFinished(() => scanners.stop());
  return { folder, put, log, scanners, find: (address: string) => scanners.find(wordsOf(address)) };
}

test('the narrowest block names a scanner, in both families and both forms', async () => {
  const { find, log } = await openFolder({
    'study.txt':
      '# who: research@example.org\r\n\r\n192.0.2.0/24 # The study\r\n192.0.2.7#One machine\r\n2001:db8::/32\n',
    'other.json': '{"name": "Others", "prefixes": ["198.51.100.0/25", {"cidr": "198.51.100.9/32", "name": "Ninth"}]}',
    'plain.json': '["203.0.113.77/24"]',
    'notes.md': '10.0.0.0/8 # no list',
  });
  expect(log).not.toHaveBeenCalled();
  expect(find('192.0.2.255')).toEqual({ name: 'The study', list: 'study' });
  expect(find('192.0.2.7')).toEqual({ name: 'One machine', list: 'study' });
  expect(find('192.0.3.0')).toBeNull();
  expect(find('2001:db8:ffff::1')).toEqual({ name: 'study', list: 'study' });
  expect(find('2001:db9::')).toBeNull();
  expect(find('198.51.100.127')).toEqual({ name: 'Others', list: 'other' });
  expect(find('198.51.100.128')).toBeNull();
  expect(find('198.51.100.9')).toEqual({ name: 'Ninth', list: 'other' });
  // Bits behind the prefix do not matter.
  expect(find('203.0.113.1')).toEqual({ name: 'plain', list: 'plain' });
  expect(find('10.0.0.1')).toBeNull();
});

test.for([
  ['192.0.2.0/33', 'line 1: "192.0.2.0/33" is no block'],
  ['192.0.2.0/24\n\nnonsense # name', 'line 3: "nonsense" is no block'],
  ['2001:db8::/129', 'line 1: '],
  ['192.0.2.0/24/24', 'line 1: '],
  ['192.0.2.0/-1', 'line 1: '],
  ['[\n"192.0.2.0/24",\n]', 'line 3: no JSON'],
  ['{"name": "x"}', 'line 1: a list of blocks'],
  ['[1, null, {"cidr": {}}]', 'entry 1: "1" is no block'],
] as const)('what is wrong with %j is told with its place', ([text, problem]) => {
  expect(readScannerList(text, 'list').problems[0]).toContain(problem);
});

test('a list that is nonsense says so a few times, and one that is too long is cut', () => {
  const { problems } = readScannerList('nonsense\n'.repeat(1_000), 'list');
  expect(problems).toHaveLength(6);
  expect(problems[5]).toBe('and 995 more');
  const long = readScannerList('192.0.2.1\n'.repeat(MAX_LIST_BLOCKS + 5), 'list');
  expect(long.blocks).toHaveLength(MAX_LIST_BLOCKS);
  expect(long.problems).toEqual([
    `line ${MAX_LIST_BLOCKS + 1}: more than ${MAX_LIST_BLOCKS} blocks; what follows is left out`,
  ]);
});

test('names are one line of what can be printed, and not long', () => {
  const [block] = readScannerList(`192.0.2.0/24 #  a\u0000\u202e\tb ${'x'.repeat(200)}`, 'list').blocks;
  expect(block!.name).toMatch(/^a b x+$/);
  expect(block!.name).toHaveLength(80);
});

test('what changes is read again, and what is wrong is said once', async () => {
  const { folder, put, scanners, find, log } = await openFolder({ 'a.txt': '192.0.2.0/24 # A\nbad' });
  expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/a\.txt: line 2: .*\[SCANNERS_BAD_LINE\]/));
  scanners.look();
  scanners.look();
  expect(log).toHaveBeenCalledTimes(1);
  await put('a.txt', '192.0.2.0/24 # Renamed');
  await put('b.txt', '198.51.100.0/24 # B');
  scanners.look();
  expect(find('192.0.2.1')?.name).toBe('Renamed');
  expect(find('198.51.100.1')?.name).toBe('B');
  await rm(join(folder, 'b.txt'));
  scanners.look();
  expect(find('198.51.100.1')).toBeNull();
  // A folder that is away for a moment leaves what was known.
  await rm(folder, { recursive: true });
  scanners.look();
  scanners.look();
  expect(find('192.0.2.1')?.name).toBe('Renamed');
  expect(log).toHaveBeenCalledTimes(2);
  expect(log).toHaveBeenLastCalledWith(expect.stringContaining('[SCANNERS_UNREADABLE]'));
});

test('files that cannot be read, or are too large, are told and leave the others alone', async () => {
  const folder = await testFolder();
  await mkdir(join(folder, 'folder.txt'));
  await symlink(join(folder, 'nowhere'), join(folder, 'gone.txt'));
  await writeFile(join(folder, 'large.txt'), '#'.repeat((4 << 20) + 1));
  await writeFile(join(folder, 'good.txt'), '192.0.2.0/24');
  const log = vi.fn();
  const scanners = new ScannerFolder(folder, log);
  scanners.look();
  scanners.look();
  expect(scanners.find(wordsOf('192.0.2.1'))?.name).toBe('good');
  expect(log.mock.calls.map(([message]) => /\[(\w+)\]/.exec(message)?.[1]).sort()).toEqual([
    'SCANNERS_TOO_LARGE',
    'SCANNERS_UNREADABLE',
    'SCANNERS_UNREADABLE',
  ]);
});

test('without a folder there are no lists', () => {
  const scanners = new ScannerFolder('', () => undefined);
  scanners.start();
  expect(scanners.find(wordsOf('192.0.2.1'))).toBeNull();
});
