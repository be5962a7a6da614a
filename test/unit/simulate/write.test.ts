import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TruthActor } from '../../../sensor/simulate/simulation.ts';
import { writeSimulation } from '../../../sensor/simulate/write.ts';
import { drain, simulate } from './captured.ts';

const run = promisify(execFile);
let folder = '';
let hasTcpdump = true;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kurayami-simulate-'));
  hasTcpdump = await run('tcpdump', ['--version']).then(
    () => true,
    () => false,
  );
});
afterAll(() => rm(folder, { recursive: true }));

test('a file holds header and records, the truth one line an actor', async () => {
  const [out, truth] = [join(folder, 'a.pcap'), join(folder, 'a.ndjson')];
  const simulation = await simulate('background');
  let calls = 0;
  const onProgress = () => {
    calls++;
  };
  const written = await writeSimulation({ simulation, durationSeconds: 20, out, truth, onProgress });
  expect(written).toEqual({ packets: simulation.packets, bytes: (await stat(out)).size });
  expect(calls).toBeGreaterThan(0);
  const again = await simulate('background');
  const expected = Buffer.concat([again.header, drain(again, 20)]);
  expect((await readFile(out)).equals(expected)).toBe(true);
  const lines = (await readFile(truth, 'utf8')).trimEnd().split('\n');
  const actors = lines.map((line) => JSON.parse(line) as TruthActor);
  expect(actors).toEqual(again.truth());
  expect(actors.reduce((sum, { packets }) => sum + packets, 0)).toBe(written.packets);
});

test('a signal ends it early, and what was written is whole', async () => {
  const truth = join(folder, 'b.ndjson');
  const simulation = await simulate('background');
  const abort = new AbortController();
  const durationSeconds = Number.POSITIVE_INFINITY;
  const onProgress = () => abort.abort();
  const written = await writeSimulation({ simulation, durationSeconds, truth, signal: abort.signal, onProgress });
  expect(written.packets).toBeGreaterThan(1000);
  const lines = (await readFile(truth, 'utf8')).trimEnd().split('\n');
  const sum = lines.reduce((total, line) => total + (JSON.parse(line) as TruthActor).packets, 0);
  expect(sum).toBe(written.packets);
});

test('tcpdump reads every packet and finds no wrong checksum', async (context) => {
  if (!hasTcpdump) return context.skip('tcpdump is not installed');
  const out = join(folder, 'c.pcap');
  const { packets } = await writeSimulation({ simulation: await simulate('background'), durationSeconds: 20, out });
  const { stdout } = await run('tcpdump', ['-nvvr', out], { maxBuffer: 1 << 28 });
  const starts = stdout.split('\n').filter((line) => /^\d\d:\d\d:\d\d\.\d+ IP6? /.test(line));
  expect(starts.length).toBe(packets);
  expect(stdout.split('\n').filter((line) => /\bbad |incorrect|wrong|truncated|malformed/i.test(line))).toEqual([]);
});
