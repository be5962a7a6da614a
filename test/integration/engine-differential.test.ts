/**
 * One capture, many ways into the engine, and the same flows byte for byte, the same counters, the same damage: the way is
 * no part of the result.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptureError, type CaptureSource } from '../../sensor/capture/capture-source.ts';
import { FileSource } from '../../sensor/capture/file-source.ts';
import { AnyCaptureReader } from '../../sensor/capture/readers/index.ts';
import { FlowPipeline, type FlowTotals } from '../../sensor/flow-pipeline.ts';
import { startEngine } from '../../sensor/threads/index.ts';
import { BATCH_ROWS, createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { corpus, type Sample } from '../fuzz/corpus.ts';
import { FuzzRandom } from '../fuzz/random.ts';
import { capturesFolder } from '../support/captures.ts';
import { makeFolder } from '../support/folders.ts';
import { program, programFile, projectFolder } from '../support/program.ts';
import { zstdFrame } from '../support/zstd-bytes.ts';

interface Result {
  csv: string;
  totals: FlowTotals;
  /** Without the name of the file. */
  damage: string[];
}

let folder: string;
let removeFolder: () => Promise<void>;
/** Longer than a batch, than a reader's window and than a piece of text. */
let simulated: Sample;
beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  const path = join(folder, 'simulated.pcap');
  const words = [programFile, 'simulate', '--rate', '4000', '--duration', '8', '--seed', '3', '--out', path];
  await promisify(execFile)(process.execPath, words);
  simulated = { name: 'simulated', bytes: new Uint8Array(await readFile(path)) };
});
afterAll(() => removeFolder());

async function flowsOf(source: CaptureSource): Promise<Result> {
  const pieces: Uint8Array[] = [];
  const sink = { write: async (bytes: Uint8Array) => pieces.push(bytes.slice()) > 0, close: async () => {} };
  const text = { format: 'csv', columns: {} };
  // Another seed each time: no result depends on it.
  const seed = Math.floor(Math.random() * 2 ** 31);
  const engine = startEngine({ workers: 0, filter: null, filterText: null, seed, text, sink });
  const { decoding, writing } = engine;
  const pipeline = new FlowPipeline({ source, intervalSeconds: 1, seed, decoding, writing });
  await source.open();
  await pipeline.run();
  const totals = await pipeline.totals();
  await engine.close();
  const damage = source.damage.map((sentence) => sentence.replace(/^[^:]*: /, ''));
  return { csv: Buffer.concat(pieces).toString('latin1'), totals, damage };
}

/** Reads bytes from memory, in chunks and batches of any size. */
class ChunkSource implements CaptureSource {
  readonly kind = 'file';
  readonly name = 'chunks';
  readonly clock = { mode: 'max', speed: 0 } as const;
  readonly link = 'none';
  readonly damage: string[] = [];
  readonly #bytes: Uint8Array;
  readonly #chunkBytes: () => number;
  readonly #batch: RecordBatch;

  constructor(bytes: Uint8Array, chunkBytes: () => number, rows: number) {
    this.#bytes = bytes;
    this.#chunkBytes = chunkBytes;
    this.#batch = createRecordBatch(rows);
  }

  async open(): Promise<void> {}

  async *batches(): AsyncIterable<RecordBatch> {
    const reader = new AnyCaptureReader();
    const batch = this.#batch;
    for (let at = 0; at < this.#bytes.length; ) {
      const count = this.#chunkBytes();
      reader.push(this.#bytes.subarray(at, at + count));
      at += count;
      for (batch.length = 0; reader.read(batch) > 0; batch.length = 0) yield batch;
    }
    const damage = reader.end();
    if (damage !== null) this.damage.push(`chunks: ${damage}`);
  }

  stats() {
    return { received: null, droppedByKernel: null, droppedByInterface: null };
  }

  stop(): void {}
}

interface Way {
  name: string;
  /** Null where it cannot go this way. */
  flows(sample: Sample, path: string): Promise<Result | null>;
}

/** Of all captures, so many go all ways: each way makes its tables anew. */
const ONE_IN = 4;
const ONE_BYTE_UP_TO = 1 << 14;

async function fromFile(path: string, bytes: Uint8Array): Promise<Result> {
  await writeFile(path, bytes);
  return flowsOf(new FileSource([path], 0));
}

/** Ways through the same process. */
const ways: readonly Way[] = [
  {
    name: 'byte by byte',
    flows: async ({ bytes }) =>
      bytes.length > ONE_BYTE_UP_TO ? null : flowsOf(new ChunkSource(bytes, () => 1, BATCH_ROWS)),
  },
  {
    name: 'in chunks at random',
    flows({ bytes }) {
      const random = new FuzzRandom(bytes.length);
      return flowsOf(new ChunkSource(bytes, () => random.between(1, random.pick([3, 100, 9_000])), BATCH_ROWS));
    },
  },
  {
    name: 'in batches of three',
    flows: ({ bytes }) => flowsOf(new ChunkSource(bytes, () => bytes.length, 3)),
  },
  { name: 'with gzip', flows: ({ bytes }, path) => fromFile(`${path}.gz`, gzipSync(bytes)) },
  { name: 'with zstd', flows: ({ bytes }, path) => fromFile(`${path}.zst`, zstdFrame(bytes)) },
  {
    name: 'by the same source for the second time',
    async flows(_, path) {
      const source = new FileSource([path], 0);
      await flowsOf(source);
      source.damage.length = 0;
      return flowsOf(source);
    },
  },
];

test('captures give the same flows on each way in this process', { timeout: 600_000 }, async () => {
  const wrong: string[] = [];
  let flows = 0;
  const path = join(folder, 'capture');
  for (const sample of [...corpus().filter((_, index) => index % ONE_IN === 0), simulated]) {
    const whole = await wholeOf(sample, path);
    if (whole === null) continue;
    flows += whole.totals.flows;
    if (!whole.totals.balances) wrong.push(`${sample.name}: the sums do not hold`);
    for (const { name, flows: go } of ways) {
      const result = await go(sample, path);
      if (result !== null) wrong.push(...differences(`${sample.name} ${name}`, whole, result));
    }
  }
  expect(wrong).toEqual([]);
  expect(flows).toBeGreaterThan(5_000);
});

/** Null for what is no capture, or is compressed already. */
async function wholeOf({ bytes }: Sample, path: string): Promise<Result | null> {
  if ((bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x28 && bytes[1] === 0xb5)) return null;
  try {
    return await fromFile(path, bytes);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return null;
  }
}

function differences(name: string, whole: Result, other: Result): string[] {
  const wrong: string[] = [];
  if (other.csv !== whole.csv) wrong.push(`${name}: other flows`);
  for (const what of ['totals', 'damage'] as const) {
    const [expected, found] = [JSON.stringify(whole[what]), JSON.stringify(other[what])];
    if (found !== expected) wrong.push(`${name}: ${found} instead of ${expected}`);
  }
  return wrong;
}

interface ProgramWay {
  name: string;
  run(path: string): Promise<{ stdout: string; stderr: string }>;
}

/** Ways through the program, which some captures go, since each takes a process or a thread. Add new ways here. */
const programWays: readonly ProgramWay[] = [
  { name: 'a file', run: (path) => program(['flows', path]) },
  { name: 'a pipe', run: (path) => program(['flows', '-'], { before: ['sh', '-c', 'cat "$0" | "$@"', path] }) },
  {
    name: 'a file as standard input',
    run: (path) => program(['flows', '-'], { before: ['sh', '-c', '"$@" < "$0"', path] }),
  },
  { name: 'one worker', run: (path) => program(['flows', '--workers', '1', path]) },
  { name: 'four workers', run: (path) => program(['flows', '--workers', '4', path]) },
  { name: 'a thread of another program', run: inThread },
];

/** The compiled engine in a worker thread: nothing in it depends on being the main one. */
async function inThread(path: string): Promise<{ stdout: string; stderr: string }> {
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { FileSource } from '${compiled('sensor/capture/file-source.js')}';
    import { FlowPipeline } from '${compiled('sensor/flow-pipeline.js')}';
    import { startEngine } from '${compiled('sensor/threads/index.js')}';
    const pieces = [];
    const sink = { write: async (bytes) => pieces.push(bytes.slice()) > 0, close: async () => {} };
    const text = { format: 'csv', columns: {} };
    const engine = startEngine({ workers: 0, filter: null, filterText: null, text, sink });
    const source = new FileSource([workerData], 0);
    await source.open();
    await new FlowPipeline({ source, intervalSeconds: 1, seed: 9, ...engine }).run();
    await engine.close();
    parentPort.postMessage(Buffer.concat(pieces).toString('latin1'));`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const worker = new Worker(url, { workerData: path });
  try {
    const stdout = await new Promise<string>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    return { stdout, stderr: '' };
  } finally {
    await worker.terminate();
  }
}

function compiled(file: string): string {
  return pathToFileURL(join(projectFolder, 'dist', file)).href;
}

describe('through the program', () => {
  /** A capture of each kind: long, and with every header there is; real ones from all over the list. */
  const samples = () => {
    const made = corpus().filter(({ name }) => name === 'made of link type 1' || name === 'made of link type 127');
    const real = corpus().filter(({ name }) => name.includes('/'));
    return [simulated, ...made, ...real.filter((_, index) => index % 80 === 7)];
  };

  test.for(programWays)('$name', async ({ run }) => {
    for (const [index, sample] of samples().entries()) {
      const path = join(folder, `program-${index}`);
      const whole = await wholeOf(sample, path);
      if (whole === null) continue;
      const { stdout, stderr } = await run(path);
      expect(stdout === whole.csv, `${sample.name}: other flows ${stderr}`).toBe(true);
      if (stderr === '') continue;
      const captured = /captured +([\d,]+)/.exec(stderr)?.[1]?.replaceAll(',', '');
      expect(Number(captured), sample.name).toBe(whole.totals.captured);
      expect(/damage +[^:]*: (.*)/.exec(stderr)?.[1], sample.name).toBe(whole.damage[0]);
    }
  });
});

if (capturesFolder === null) console.warn('KURAYAMI_CAPTURES is not set: ways are compared over made captures only');
