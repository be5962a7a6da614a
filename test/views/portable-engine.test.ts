/** The same file gives the same report in a browser's worker as on the command line. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptureFile } from '../../sensor/capture/capture-file.ts';
import type { InspectReport } from '../../sensor/inspect/inspect-report.ts';
import { browserInstalled } from '../support/browser.ts';
import { pcapHeader } from '../support/capture-bytes.ts';
import { capturePath, capturesFolder, readTruths } from '../support/captures.ts';
import { makeFolder } from '../support/folders.ts';
import { concatenate, hex } from '../support/hex.ts';
import { program } from '../support/program.ts';
import { zstdFrame } from '../support/zstd-bytes.ts';
import { EnginePage, type InspectWords } from './engine/engine-page.ts';
import { writeMadeCaptures } from './engine/made-captures.ts';
import { differences, parseReports } from './engine/report-difference.ts';
import { takeWholePath } from './engine/whole-path.ts';

/** The capture that the engine is measured with on the command line, too. */
const MAKE_CAPTURE = new URL('../bench/engine/make-capture.mjs', import.meta.url).href;
const SPEED_PACKETS = 1_000_000;
const SPEED_ROUNDS = 2;

if (!browserInstalled) console.warn('Chromium is not installed: the tests of the engine in a browser are skipped');

/** What the command line says of the same files. */
async function inspectByProgram(paths: readonly string[], words: InspectWords = {}): Promise<InspectReport[]> {
  const options = [...(words.checksums ? ['--checksums'] : []), ...(words.filter ? ['--filter', words.filter] : [])];
  const { stdout } = await program(['inspect', '--json', ...options, ...paths]);
  return parseReports(stdout);
}

describe.skipIf(!browserInstalled)('the engine in a browser', () => {
  let engine: EnginePage;
  let folder: string;
  let remove: () => Promise<void>;
  let plain: string;

  beforeAll(async () => {
    ({ folder, remove } = await makeFolder());
    engine = await EnginePage.open();
    plain = join(folder, 'made.pcap');
  });
  afterAll(async () => {
    await engine?.close();
    await remove?.();
  });

  /** Every field that differs between browser and command line. */
  async function compare(paths: readonly string[], words: InspectWords = {}): Promise<string[]> {
    const ofProgram = await inspectByProgram(paths, words);
    const ofBrowser = await engine.inspect(paths, words);
    expect(ofProgram.map(({ file }) => file)).toEqual(paths);
    return ofProgram.flatMap((report, index) => differences(report, ofBrowser[index]!.report));
  }

  test('reports of made captures of every shape are those of the command line', async () => {
    expect((await program(['simulate', '--duration', '30', '--seed', '5', '--out', plain])).code).toBe(0);
    const paths = [plain, ...(await writeMadeCaptures(plain, folder))];
    expect(await compare(paths)).toEqual([]);
    expect(await compare(paths, { checksums: true })).toEqual([]);
    expect(await compare([plain], { filter: 'tcp[tcpflags] == tcp-syn and not dst port 23' })).toEqual([]);
    expect(engine.problems).toEqual([]);
  });

  test('a stream and a buffer are read as a file is', async () => {
    await engine.dropFiles([plain]);
    const [ofProgram] = await inspectByProgram([plain]);
    const ofStream = await engine.ask('inspectStream', 0);
    const ofBuffer = await engine.ask('inspectBuffer', 0);
    expect(differences(ofProgram!, ofStream.report)).toEqual([]);
    expect(differences(ofProgram!, ofBuffer.report)).toEqual([]);
  });

  test('flows, frames and series are the same, byte for byte', async () => {
    await engine.dropFiles([plain]);
    const here = await takeWholePath(new CaptureFile(plain));
    expect(here.flows).toBeGreaterThan(1_000);
    expect(here.seriesRows).toBeGreaterThan(100);
    expect(await engine.ask('wholePath', 0)).toEqual(here);
  });

  test('zstd is read as the command line reads it, also where it breaks off', async () => {
    const whole = zstdFrame(await readFile(plain));
    const paths = ['whole.pcap.zst', 'cut.pcap.zst'].map((name) => join(folder, name));
    await writeFile(paths[0]!, whole);
    await writeFile(paths[1]!, whole.subarray(0, 9 + (1 << 17) + 2));
    expect(await compare(paths)).toEqual([]);
  });

  test('what a browser cannot do is told, and what to do', async () => {
    const path = join(folder, 'made.pcap.xz');
    await writeFile(path, hex('fd377a585a00'));
    const [xz] = await engine.inspect([path]);
    expect(xz!.report).toMatchObject({ complete: false, packets: 0, damage: expect.stringContaining('xz -dc') });
    // The command line reads on in a second member.
    const members = join(folder, 'members.pcap.gz');
    await writeFile(members, concatenate([gzipSync(pcapHeader()), gzipSync(Uint8Array.of(1))]));
    const [gzip] = await engine.inspect([members]);
    expect(gzip!.report).toMatchObject({ complete: false, compression: 'gzip' });
    expect(gzip!.report.damage).toContain('first member');
    await expect(engine.inspect([plain], { filter: 'tcp and prot 23' })).rejects.toThrow('prot 23');
  });

  test.skipIf(capturesFolder === null)(
    'reports of every real capture are those of the command line',
    { timeout: 600_000 },
    async () => {
      const paths = readTruths().map(({ file }) => capturePath(file));
      expect(await compare(paths)).toEqual([]);
    },
  );

  test('progress is told, and stopping ends the worker; the speed is printed', async () => {
    const path = join(folder, 'speed.pcap');
    const { makeCapture } = await import(MAKE_CAPTURE);
    makeCapture(path, SPEED_PACKETS);
    const fastest = { browser: Number.POSITIVE_INFINITY, node: Number.POSITIVE_INFINITY };
    // Taken in turns, so that whatever else the machine does meets both. Both times begin with nothing loaded.
    for (let round = 0; round < SPEED_ROUNDS; round++) {
      const { stdout, milliseconds } = await program(['inspect', '--json', path]);
      fastest.node = Math.min(fastest.node, milliseconds);
      const [inspected] = await engine.inspect([path]);
      fastest.browser = Math.min(fastest.browser, inspected!.milliseconds);
      expect(differences(parseReports(stdout)[0]!, inspected!.report)).toEqual([]);
      expect(inspected!.progress.length).toBeGreaterThan(0);
    }
    expect(await engine.ask('stopInspection', 0)).toBe('stopped by the test');
    const perSecond = (milliseconds: number) => (SPEED_PACKETS / milliseconds / 1000).toFixed(2);
    process.stdout.write(
      `inspect, ${SPEED_PACKETS.toLocaleString('en')} packets: a browser's worker ${perSecond(fastest.browser)} M packets/s, ` +
        `Node ${perSecond(fastest.node)} M packets/s, ratio ${(fastest.node / fastest.browser).toFixed(2)}\n`,
    );
  });
});
