/** `kurayami flows --workers N`: other threads, the same bytes. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PcapngBlocks, pcapHeader, pcapRecord } from '../support/capture-bytes.ts';
import { makeFolder } from '../support/folders.ts';
import { concatenate } from '../support/hex.ts';
import { program, programFile } from '../support/program.ts';

let folder: string;
let removeFolder: () => Promise<void>;
let simulated: string;
beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  simulated = join(folder, 'simulated.pcap');
  const words = [programFile, 'simulate', '--rate', '4000', '--duration', '30', '--seed', '7', '--out', simulated];
  await promisify(execFile)(process.execPath, words);
});
afterAll(() => removeFolder());

const summary = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('  '));

async function expectSame(words: readonly string[]): Promise<string> {
  const alone = await program(['flows', ...words]);
  for (const workers of ['1', '3']) {
    const together = await program(['flows', '--workers', workers, ...words]);
    expect(together.stdout === alone.stdout, `${words.join(' ')} with ${workers} workers`).toBe(true);
    expect(summary(together.stderr)).toEqual(summary(alone.stderr));
    expect(together.code).toBe(alone.code);
  }
  return alone.stdout;
}

test.for([
  { name: 'CSV', words: [] },
  { name: 'JSON lines with Community ID', words: ['--format', 'ndjson', '--community-id', '--community-id-seed', '3'] },
  { name: 'counts only', words: ['--format', 'none'] },
  { name: 'minutes', words: ['--interval', '60'] },
  { name: 'a filter that asks for tags', words: ['--filter', 'tag mirai or (ip6 and icmp6) or udp'] },
  { name: 'a filter that nothing passes', words: ['--filter', 'tcp port 1 and udp'] },
])('$name: the same bytes and sums', async ({ words }) => {
  await expectSame([...words, simulated]);
});

test('packets so long that a batch of them does not fit into a block', async () => {
  const header = '00000000000000000000000008004500';
  const packet = `${header}ea60000000004011000001020304c6336407${'0035'.repeat(2)}${'00'.repeat(59_960)}`;
  const record = pcapRecord({ seconds: 1_700_000_000, nanoseconds: 0, packet });
  const path = join(folder, 'long.pcap');
  await writeFile(path, concatenate([pcapHeader(), ...Array.from({ length: 90 }, () => record)]));
  expect((await expectSame([path])).split('\n')).toHaveLength(3);
});

test('packets without a time take that of the packet before, though another thread decoded it', async () => {
  const blocks = new PcapngBlocks(true);
  const packet = '00000000000000000000000008004500001c000000004011000001020304c633640700350035000800000000';
  const timeless = blocks.simple(packet);
  const path = join(folder, 'timeless.pcapng');
  const timed = (ticks: bigint) => blocks.enhanced({ packet, ticks });
  await writeFile(
    path,
    concatenate([
      blocks.section(),
      blocks.interface({ resolution: 0 }),
      timed(1_700_000_000n),
      ...Array.from({ length: 9_000 }, () => timeless),
      timed(1_700_000_060n),
      ...Array.from({ length: 9_000 }, () => timeless),
    ]),
  );
  const lines = (await expectSame([path])).trim().split('\n');
  expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['1700000000', '1700000060']);
});

test('a damaged capture, and an output that nobody reads to its end', async () => {
  const path = join(folder, 'damaged.pcap');
  const packet = '00000000000000000000000008004500001c000000004011000001020304c633640700350035000800000000';
  const record = pcapRecord({ seconds: 1_700_000_000, nanoseconds: 0, packet });
  await writeFile(
    path,
    concatenate([pcapHeader(), ...Array.from({ length: 5_000 }, () => record), record.slice(0, 30)]),
  );
  await expectSame([path]);
  const shell = `"${process.execPath}" "${programFile}" flows --workers 2 "${simulated}" | head -n 2`;
  const { stdout } = await promisify(execFile)('bash', ['-c', shell], { timeout: 20_000 });
  expect(stdout.split('\n')).toHaveLength(3);
});

test.for(['-1', '65', 'two'])('--workers %s is refused', async (workers) => {
  const { code, stderr } = await program(['flows', `--workers=${workers}`, simulated]);
  expect(code).toBe(2);
  expect(stderr).toContain('--workers takes a whole number from 0 to 64');
});
