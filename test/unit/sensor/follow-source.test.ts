import { appendFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { FollowSource } from '../../../sensor/capture/follow-source.ts';
import { PcapngBlocks, pcapFile, pcapHeader, pcapRecord } from '../../support/capture-bytes.ts';
import { codeOfPromise } from '../../support/errors.ts';
import { testFolder } from '../../support/folders.ts';
import { concatenate, hex } from '../../support/hex.ts';

const record = (seconds: number) => pcapRecord({ seconds, nanoseconds: 0, packet: '0102030405060708' });

/** A source that is read in the background; `until` waits for so many packets. */
async function follow(path: string) {
  const source = new FollowSource(path);
  await source.open();
  const seconds: number[] = [];
  const ended = (async () => {
    for await (const batch of source.batches()) seconds.push(...batch.seconds.subarray(0, batch.length));
  })();
  const until = async (condition: () => boolean) => {
    for (let waited = 0; !condition() && waited < 5_000; waited += 10) await sleep(10);
    expect(condition()).toBe(true);
  };
  const packets = (count: number) => until(() => seconds.length >= count);
  const stop = async () => {
    source.stop();
    await ended;
    return { seconds, damage: source.damage };
  };
  return { source, until, packets, stop };
}

async function newFile(content: Uint8Array): Promise<string> {
  const path = join(await testFolder(), 'growing.pcap');
  await writeFile(path, content);
  return path;
}

test('a file is read as it grows, in whatever pieces', async () => {
  const path = await newFile(hex());
  const { source, packets, stop } = await follow(path);
  expect(source).toMatchObject({ kind: 'file', name: 'growing.pcap', clock: { mode: 'live', speed: 1 } });
  const bytes = concatenate([pcapHeader(), record(1), record(2), record(3)]);
  for (let at = 0; at < bytes.length; at += 17) {
    await appendFile(path, bytes.subarray(at, at + 17));
    await sleep(15);
  }
  await packets(3);
  expect(await stop()).toEqual({ seconds: [1, 2, 3], damage: [] });
});

test('pcapng, too', async () => {
  const blocks = new PcapngBlocks(true);
  const path = await newFile(concatenate([blocks.section(), blocks.interface()]));
  const { packets, stop } = await follow(path);
  await appendFile(path, blocks.enhanced({ packet: '01', ticks: 7_000_000n }));
  await packets(1);
  expect(await stop()).toEqual({ seconds: [7], damage: [] });
});

test('a record that is not whole is waited for, and told when stopped', async () => {
  const path = await newFile(concatenate([pcapFile([]), record(1), record(2).subarray(0, 20)]));
  const { source, packets, stop } = await follow(path);
  await packets(1);
  await sleep(250);
  expect(source.damage).toEqual([]);
  expect(await stop()).toEqual({
    seconds: [1],
    damage: ['growing.pcap: the file breaks off within packet 2; the 1 before it were read'],
  });
});

test('replaced by another, that one is read on, and the old one to its end', async () => {
  const path = await newFile(concatenate([pcapFile([]), record(1)]));
  const { packets, stop } = await follow(path);
  await packets(1);
  await writeFile(`${path}.new`, concatenate([pcapFile([]), record(10)]));
  await appendFile(path, record(2));
  await rename(`${path}.new`, path);
  await packets(3);
  await appendFile(path, record(11));
  await packets(4);
  expect(await stop()).toEqual({
    seconds: [1, 2, 10, 11],
    damage: ['growing.pcap: it was replaced by another file; what is there now is read anew'],
  });
});

test('moved away, it is read on until there is another', async () => {
  const path = await newFile(concatenate([pcapFile([]), record(1)]));
  const { packets, stop } = await follow(path);
  await rename(path, `${path}.1`);
  await sleep(150);
  await appendFile(`${path}.1`, record(2));
  await packets(2);
  await writeFile(path, concatenate([pcapFile([]), record(3)]));
  await packets(3);
  expect((await stop()).seconds).toEqual([1, 2, 3]);
});

test('cut, it is read anew', async () => {
  const path = await newFile(concatenate([pcapFile([]), record(1), record(2)]));
  const { packets, stop } = await follow(path);
  await packets(2);
  await truncate(path, 0);
  await sleep(150);
  await appendFile(path, concatenate([pcapFile([]), record(3)]));
  await packets(3);
  expect(await stop()).toEqual({
    seconds: [1, 2, 3],
    damage: ['growing.pcap: it was cut short; what is there now is read anew'],
  });
});

test('damaged, it is told at once and once', async () => {
  const path = await newFile(concatenate([pcapFile([]), record(1), new Uint8Array(16).fill(255)]));
  const { source, packets, until, stop } = await follow(path);
  await packets(1);
  await until(() => source.damage.length > 0);
  await appendFile(path, record(2));
  await sleep(150);
  const { seconds, damage } = await stop();
  expect(seconds).toEqual([1]);
  expect(damage).toEqual([expect.stringContaining('packet 2 claims 4294967295 captured bytes')]);
});

test('what cannot be followed is refused', async () => {
  const folder = await testFolder();
  const open = async (content: Uint8Array) => codeOfPromise(new FollowSource(await newFile(content)).open());
  expect(await open(gzipSync(pcapFile([])))).toBe('CAPTURE_FOLLOW');
  expect(await open(hex('fd377a585a00'))).toBe('CAPTURE_FOLLOW');
  expect(await open(new TextEncoder().encode('hello, hello, hello'))).toBe('CAPTURE_NOT_A_CAPTURE');
  expect(await codeOfPromise(new FollowSource(join(folder, 'missing')).open())).toBe('CAPTURE_NO_FILE');
  expect(await codeOfPromise(new FollowSource(folder).open())).toBe('CAPTURE_UNREADABLE');
  await rm(folder, { recursive: true });
});
