/**
 * Labels against the simulator's truth, over many packets: precision and recall of each rule, and of all.
 *
 *   npm run build:programs && node test/bench/fingerprints/scorecard.mjs [PACKETS]
 *
 * PACKETS: 20 million. Sources are judged as the server judges them, by the sums of their rows. Missed is a source of a tool
 * with three packets or more that has no label of it. Memory does not grow with the packets: how many a source sent is
 * counted in buckets, so that a few sources with fewer than three may be told as missed.
 */
import { fileURLToPath } from 'node:url';
import { Decoder } from '../../../dist/sensor/decode/decoder.js';
import { applyRules } from '../../../dist/sensor/fingerprint/apply-rules.js';
import { SourceMemory } from '../../../dist/sensor/fingerprint/source-memory.js';
import { loadScenario } from '../../../dist/sensor/simulate/load.js';
import { createSimulation } from '../../../dist/sensor/simulate/simulation.js';
import { parseIpv4 } from '../../../dist/shared/address.js';
import { fingerprintRules } from '../../../dist/shared/fingerprints.js';
import { judge } from '../../../dist/shared/judge.js';
import { createPacketBatch, createRecordBatch } from '../../../dist/shared/packet-batch.js';
import { Tag } from '../../../dist/shared/tags.js';

const PACKETS = Number(process.argv[2] ?? 20_000_000);
const RATE = 10_000;
const ROWS = 4_096;
const RECORD_BYTES = 16;
const ETHERNET = 1;
const LEAST_PACKETS = 3;
const BUCKETS = 2 ** 24;

/** By source and tag. */
const sums = new Map();
const packetsOf = new Uint8Array(BUCKETS);
const bucketOf = (source) => Math.imul(source, 0x9e3779b1) >>> 8;

function addRows(rows) {
  for (let row = 0; row < rows.length; row++) {
    const [source, tag] = [rows.source[row * 4 + 3], rows.tag[row]];
    const key = source * 32 + tag;
    const sum = sums.get(key) ?? { source, tag, matched: 0, candidates: 0 };
    sum.matched += rows.matched[row];
    sum.candidates += rows.candidates[row];
    sums.set(key, sum);
  }
}

function findRecords(records, length, from) {
  let at = from;
  for (records.length = 0; records.length < ROWS && at < length; records.length++) {
    const captured = records.view.getUint32(at + 8, true);
    records.offset[records.length] = at + RECORD_BYTES;
    records.capturedLength[records.length] = records.wireLength[records.length] = captured;
    records.seconds[records.length] = records.view.getUint32(at, true);
    records.nanoseconds[records.length] = records.view.getUint32(at + 4, true);
    records.linkType[records.length] = ETHERNET;
    at += RECORD_BYTES + captured;
  }
  return at;
}

function countPackets({ source, length }) {
  for (let row = 0; row < length; row++) {
    const bucket = bucketOf(source[row]);
    if (packetsOf[bucket] < 255) packetsOf[bucket]++;
  }
}

function run(simulation) {
  const bytes = new Uint8Array(2 ** 20);
  const records = createRecordBatch(ROWS);
  records.bytes = bytes;
  records.view = new DataView(bytes.buffer);
  const [decoder, ipv4, ipv6] = [new Decoder(), createPacketBatch(4), createPacketBatch(6)];
  const memory = new SourceMemory({ seed: 3, onEvidence: addRows });
  while (simulation.packets < PACKETS) {
    const length = simulation.fill(bytes, PACKETS / RATE + 1);
    if (length === 0) break;
    for (let at = 0; at < length; ) {
      at = findRecords(records, length, at);
      ipv4.length = ipv6.length = 0;
      decoder.decode(records, ipv4, ipv6);
      applyRules(records, decoder, { ipv4, ipv6 }, null, memory);
      countPackets(ipv4);
    }
  }
  memory.flush();
  return memory;
}

/** Sources by rule: the rule that finds each, and its tool. */
function readTruth(simulation) {
  const truth = new Map();
  for (const { tool, rule, sources } of simulation.truth())
    if (tool !== null && typeof sources !== 'number')
      for (const source of sources) if (parseIpv4(source) !== null) truth.set(parseIpv4(source), { tool, rule });
  return truth;
}

function score(truth) {
  const counts = new Map(fingerprintRules.map(({ tag }) => [tag, { right: 0, wrong: 0, missed: 0, possible: 0 }]));
  const labelled = new Set();
  for (const { source, tag, matched, candidates } of sums.values()) {
    const rule = fingerprintRules.find((known) => Tag[known.tag] === tag);
    const count = counts.get(rule.tag);
    const isTool = truth.get(source)?.tool === rule.tool;
    if (judge(rule, matched, candidates).verdict !== 'label') count.possible++;
    else if (isTool) {
      count.right++;
      labelled.add(source);
    } else count.wrong++;
  }
  for (const [source, { rule }] of truth)
    if (packetsOf[bucketOf(source)] >= LEAST_PACKETS && !labelled.has(source)) counts.get(rule).missed++;
  return counts;
}

const percent = (part, whole) => (whole === 0 ? '' : `${((part / whole) * 100).toFixed(2)} %`);

function line(name, { right, wrong, missed, possible }) {
  const figures = [right, wrong, missed, possible].map((count) => count.toLocaleString('en').padStart(8)).join(' ');
  const shares = [percent(right, right + wrong), percent(right, right + missed)];
  console.log(`  ${name.padEnd(16)} ${figures}  ${shares.map((share) => share.padStart(9)).join(' ')}`);
}

const scenario = await loadScenario(
  fileURLToPath(new URL('../../../config/scenarios/background.toml', import.meta.url)),
);
const simulation = createSimulation({ scenario, seed: 1, startSeconds: 1_767_225_600, packetsPerSecond: RATE });
const before = process.cpuUsage();
const memory = run(simulation);
const seconds = process.cpuUsage(before).user / 1e6;
const truth = readTruth(simulation);
const sources = packetsOf.reduce((sum, packets) => sum + (packets > 0 ? 1 : 0), 0);
console.log(`${simulation.packets.toLocaleString('en')} packets of about ${sources.toLocaleString('en')} sources,`);
console.log(
  `${truth.size.toLocaleString('en')} of them with a tool, ${percent(sources - truth.size, sources)} without`,
);
console.log('  rule                right    wrong   missed possible  precision    recall');
const counts = score(truth);
for (const [tag, count] of counts) if (Object.values(count).some((value) => value > 0)) line(tag, count);
const all = { right: 0, wrong: 0, missed: 0, possible: 0 };
for (const count of counts.values()) for (const key of Object.keys(all)) all[key] += count[key];
line('all', all);
console.log(
  `${seconds.toFixed(0)} s of CPU time with the simulator, ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB;`,
);
console.log(`${memory.sourcesHeld} sources held, ${memory.sourcesGivenUp} given up, ${memory.rowsSent} rows sent`);
