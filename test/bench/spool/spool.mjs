/**
 * What the spool costs: a frame of 5,000 flows is encoded, kept, taken to be sent and acknowledged, in memory and by way of
 * the disk, by turns in one run. Without the network, which costs both the same. CPU time, since the machine may be busy.
 *
 *   npm run build:programs && node test/bench/spool/spool.mjs [DIR]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameQueue } from '../../../dist/sensor/output/frame-queue.js';
import { nodePlatform } from '../../../dist/sensor/output/platform.js';
import { Spool } from '../../../dist/sensor/output/spool.js';
import { createFlowBatch } from '../../../dist/shared/flow-batch.js';
import { flowsToFrame } from '../../../dist/shared/wire/flow-frames.js';
import { encodeFrame } from '../../../dist/shared/wire/frame.js';

const ROWS = 5_000;
const FRAMES = 300;
const TURNS = 7;
/** Acknowledgements come for several frames at a time. */
const IN_FLIGHT = 32;

const batch = createFlowBatch(4, ROWS);
batch.length = ROWS;
for (let row = 0; row < ROWS; row++) {
  batch.interval[row] = 1_767_225_600;
  batch.source[row] = (row * 2_654_435_761) >>> 0;
  batch.target[row] = 0xc633_6400 + (row & 255);
  batch.firstMicros[row] = batch.lastMicros[row] = (row * 7_919) % 1_000_000;
  batch.packets[row] = 1;
  batch.wireBytes[row] = 60;
  batch.sourcePort[row] = (row * 40_503) & 0xffff;
  batch.targetPort[row] = 23;
  batch.protocol[row] = 6;
  batch.tcpFlags[row] = 2;
  batch.ttl[row] = 200 + (row % 50);
}

function turn(frames, compress) {
  const before = process.cpuUsage();
  for (let sequence = 1; sequence <= FRAMES; sequence++) {
    const bytes = encodeFrame(flowsToFrame(batch, 0, ROWS, 1, sequence), { compress, platform: nodePlatform });
    frames.push({ sequence, bytes, flows: ROWS, packets: ROWS });
    frames.takeUnsent();
    if (sequence % IN_FLIGHT === 0) frames.acknowledge(sequence);
  }
  frames.acknowledge(FRAMES);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / FRAMES;
}

async function spoolTurn(folder, compress) {
  const hello = { epoch: 1, session: { kind: 'live', name: 'bench' } };
  const spool = new Spool({ folder, maxBytes: 4e9, keepFreeBytes: 0, log: console.error });
  spool.start();
  const frames = spool.begin(hello);
  const before = process.cpuUsage();
  turn(frames, compress);
  // With what the closing of files costs, in threads of their own.
  await spool.close();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / FRAMES;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

for (const compress of [false, true]) {
  const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kurayami-spool-'));
  const [memory, disk] = [[], []];
  for (let at = 0; at < TURNS; at++) {
    memory.push(turn(new FrameQueue(64 << 20), compress));
    disk.push(await spoolTurn(join(folder, String(at)), compress));
  }
  rmSync(folder, { recursive: true, force: true });
  const [without, withSpool] = [median(memory), median(disk)];
  const ratio = (withSpool / without).toFixed(2);
  const how = compress ? 'deflated' : 'as it is';
  console.log(
    `${how}: ${Math.round(without)} µs a frame in memory, ${Math.round(withSpool)} µs with a spool, × ${ratio}`,
  );
}
