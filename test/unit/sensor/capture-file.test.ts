import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CaptureFile } from '../../../sensor/capture/capture-file.ts';
import { FileSource } from '../../../sensor/capture/file-source.ts';
import { pcapFile } from '../../support/capture-bytes.ts';
import { codeOfPromise } from '../../support/errors.ts';
import { testFolder } from '../../support/folders.ts';

/** Packets whose bytes do not compress, so that a cut falls amid them. */
const capture = (packets: number, firstSecond = 0) =>
  pcapFile(
    Array.from({ length: packets }, (_, i) => ({
      seconds: firstSecond + i,
      nanoseconds: 0,
      packet: Array.from({ length: 40 }, (_, at) =>
        ((i * 7919 + at * 104_729 + i * at * 31) & 0xff).toString(16).padStart(2, '0'),
      ).join(''),
    })),
  );

async function readFile(path: string) {
  const file = new CaptureFile(path);
  await file.open();
  let packets = 0;
  for (let batch = await file.next(); batch !== null; batch = await file.next()) packets += batch.length;
  const { format, compression, damage } = file;
  await file.close();
  return { format, compression, damage, packets };
}

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(await testFolder(), 'capture.pcap');
  await writeFile(path, bytes);
  return path;
}

const whole = { format: 'pcap', compression: null, damage: null, packets: 10_000 };

describe('what is in a file', () => {
  test('a capture', async () => expect(await readFile(await fileOf(capture(10_000)))).toEqual(whole));

  test('broken off', async () => {
    const found = await readFile(await fileOf(capture(10_000).subarray(0, -1)));
    expect(found).toMatchObject({ packets: 9_999, damage: expect.stringContaining('breaks off within packet 10000') });
  });

  test('nothing', async () => {
    const expected = { format: null, compression: null, packets: 0, damage: 'the file is empty' };
    expect(await readFile(await fileOf(new Uint8Array(0)))).toEqual(expected);
  });

  test('one byte', async () => {
    const found = await readFile(await fileOf(Uint8Array.of(0x1f)));
    expect(found).toMatchObject({ format: null, damage: expect.stringContaining('shorter than any header') });
  });

  test('gzip of nothing', async () => {
    const found = await readFile(await fileOf(gzipSync('')));
    expect(found).toEqual({ format: null, compression: 'gzip', packets: 0, damage: 'the file is empty' });
  });

  test('a picture', async () => {
    const found = await readFile(await fileOf(new TextEncoder().encode('\x89PNG\r\n')));
    expect(found).toMatchObject({
      format: null,
      packets: 0,
      damage: expect.stringContaining('this is no capture file'),
    });
  });
});

test('what cannot be opened is told at once', async () => {
  const folder = await testFolder();
  expect(await codeOfPromise(new CaptureFile(join(folder, 'missing')).open())).toBe('CAPTURE_NO_FILE');
  expect(await codeOfPromise(new CaptureFile(folder).open())).toBe('CAPTURE_UNREADABLE');
  await expect(new CaptureFile(folder).open()).rejects.toThrow(`${folder} is a folder`);
});

describe('files as a source', () => {
  async function secondsOf(source: FileSource): Promise<number[]> {
    await source.open();
    const seconds: number[] = [];
    for await (const batch of source.batches()) seconds.push(...batch.seconds.subarray(0, batch.length));
    return seconds;
  }

  test('come in the order of their first packets', async () => {
    const folder = await testFolder();
    const paths = ['a', 'b', 'c'].map((name) => join(folder, `${name}.pcap`));
    await writeFile(paths[0]!, capture(2, 300));
    await writeFile(paths[1]!, gzipSync(capture(2, 100)));
    await writeFile(paths[2]!, capture(2, 200));
    const source = new FileSource(paths, 0);
    expect(await secondsOf(source)).toEqual([100, 101, 200, 201, 300, 301]);
    expect(source).toMatchObject({
      kind: 'file',
      name: 'a.pcap, b.pcap, c.pcap',
      clock: { mode: 'max', speed: 0 },
      damage: [],
    });
    expect(source.stats()).toEqual({ received: null, droppedByKernel: null, droppedByInterface: null });
  });

  test('a damaged one is told with its path, and the others are read', async () => {
    const folder = await testFolder();
    const [damaged, good] = [join(folder, 'damaged.pcap'), join(folder, 'good.pcap')];
    await writeFile(damaged, capture(3, 100).subarray(0, -1));
    await writeFile(good, capture(2, 200));
    const source = new FileSource([good, damaged], 0);
    expect(await secondsOf(source)).toEqual([100, 101, 200, 201]);
    expect(source.damage).toEqual([expect.stringMatching(/damaged\.pcap: the file breaks off within packet 3/)]);
  });

  test('one that is no capture is refused before anything is read', async () => {
    const folder = await testFolder();
    const [text, good] = [join(folder, 'text'), join(folder, 'good.pcap')];
    await writeFile(text, 'hello, world');
    await writeFile(good, capture(2));
    expect(await codeOfPromise(new FileSource([good, text], 0).open())).toBe('CAPTURE_NOT_A_CAPTURE');
    expect(await codeOfPromise(new FileSource([good, join(folder, 'missing')], 0).open())).toBe('CAPTURE_NO_FILE');
    await mkdir(join(folder, 'folder'));
    expect(await codeOfPromise(new FileSource([join(folder, 'folder')], 0).open())).toBe('CAPTURE_UNREADABLE');
  });

  test('stopped, they end', async () => {
    const source = new FileSource([await fileOf(capture(10_000))], 0);
    let batches = 0;
    for await (const _ of source.batches()) {
      batches++;
      source.stop();
    }
    expect(batches).toBe(1);
  });

  test('without packets is a source too', async () => {
    const source = new FileSource([await fileOf(capture(0)), await fileOf(capture(1, 5))], 0);
    expect(await secondsOf(source)).toEqual([5]);
    expect(source.damage).toEqual([]);
  });
});
