/**
 * How fast the engine reads, as ratios to others on the same file in the same run: `npm run bench:engine`.
 * Ours is the whole way from file to flow records with rules; tcpdump only copies, pcap-parser only splits the file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import pcapParser from 'pcap-parser';
import { CaptureFile } from '../../dist/sensor/capture/capture-file.js';
import { Decoder } from '../../dist/sensor/decode/decoder.js';
import { fingerprints } from '../../dist/sensor/fingerprint/index.js';
import { FlowTable } from '../../dist/sensor/flow/flow-table.js';
import { createPacketBatch } from '../../dist/shared/packet-batch.js';

const ROUNDS = 5;
const folder = mkdtempSync(join(tmpdir(), 'kurayami-bench-'));
const made = join(folder, 'made.pcap');
const file = join(folder, 'micro.pcap');
run(process.execPath, ['dist/kurayami.js', 'simulate', '--rate', '5000', '--duration', '200', '--out', made]);
// pcap-parser knows microseconds only, which is what tcpdump writes.
run('tcpdump', ['-r', made, '-w', file]);

const contestants = {
  kurayami: readToFlows,
  'tcpdump -w /dev/null': copyWithTcpdump,
  'pcap-parser': splitWithPcapParser,
};
const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
let packets = 0;
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, contestant] of Object.entries(contestants)) {
    const started = performance.now();
    packets = (await contestant()) ?? packets;
    // The first round warms up.
    if (round > 0) times[name].push(performance.now() - started);
  }
}
rmSync(folder, { recursive: true });

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ours = median(times.kurayami);
console.log(
  `${packets.toLocaleString('en')} packets, median of ${ROUNDS} rounds, interleaved; Node ${process.version}`,
);
for (const [name, values] of Object.entries(times)) {
  const time = median(values);
  const rate = (packets / time / 1000).toFixed(2);
  console.log(
    `${name.padEnd(22)} ${rate.padStart(6)} M packets/s   ${(time / ours).toFixed(2).padStart(6)} × our time`,
  );
}

async function readToFlows() {
  const capture = new CaptureFile(file);
  await capture.open();
  const decoder = new Decoder();
  const [ipv4, ipv6] = [createPacketBatch(4), createPacketBatch(6)];
  const onRows = () => undefined;
  const [flows4, flows6] = [
    new FlowTable({ family: 4, seed: 1, onRows }),
    new FlowTable({ family: 6, seed: 1, onRows }),
  ];
  for (let records = await capture.next(); records !== null; records = await capture.next()) {
    ipv4.length = 0;
    ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    for (const rule of fingerprints) rule.match(ipv4);
    flows4.add(ipv4);
    flows6.add(ipv6);
  }
  flows4.empty();
  flows6.empty();
  await capture.close();
  return decoder.captured;
}

function copyWithTcpdump() {
  run('tcpdump', ['-r', file, '-w', '/dev/null']);
}

function splitWithPcapParser() {
  return new Promise((resolve, reject) => {
    const parser = pcapParser.parse(file);
    parser.on('end', () => resolve());
    parser.on('error', reject);
  });
}

function run(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
}
