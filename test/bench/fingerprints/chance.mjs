/**
 * How often chance matches a rule: packets whose headers are drawn at random, but that some are SYNs, some UDP, and some
 * have the shape of Nmap's, so that rules are asked at all. Memory does not grow with their number.
 */
import { Decoder } from '../../../dist/sensor/decode/decoder.js';
import { matchFingerprints } from '../../../dist/sensor/fingerprint/index.js';
import { SourceMemory } from '../../../dist/sensor/fingerprint/source-memory.js';
import { fingerprintRules } from '../../../dist/shared/fingerprints.js';
import { createPacketBatch, createRecordBatch } from '../../../dist/shared/packet-batch.js';
import { Tag } from '../../../dist/shared/tags.js';

const ROWS = 4_096;
const MOST_BYTES = 80;
const RAW_IP = 101;
const SOURCES = 1_000;
const FIRST_SOURCE = 0x0a00_0000;
const SYN = 2;

export function measureChance(packets) {
  const random = randomWords(12_345);
  const records = createRecordBatch(ROWS);
  records.bytes = new Uint8Array(ROWS * MOST_BYTES);
  records.view = new DataView(records.bytes.buffer);
  const [ipv4, ipv6, decoder] = [createPacketBatch(4), createPacketBatch(6), new Decoder()];
  const asked = new Map();
  const matched = new Map(fingerprintRules.map(({ tag }) => [tag, 0]));
  const memory = new SourceMemory({ seed: 1, onEvidence: (rows) => countPairs(rows, asked) });
  makeKnown(records, decoder, ipv4, ipv6, memory);
  const counts = { syns: 0, datagrams: 0, tcp: 0 };
  for (let done = 0; done < packets; done += ROWS) {
    records.length = Math.min(ROWS, packets - done);
    for (let row = 0; row < records.length; row++) writeRandom(records, row, random);
    ipv4.length = ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    matchFingerprints(ipv4, records.view);
    memory.match(ipv4, records.view);
    countTags(ipv4, matched, counts);
  }
  memory.flush();
  print(packets, matched, asked, counts);
}

/**
 * Two SYNs of each source that agree by both rules of pairs: how many pairs could have agreed is told of sources with a match
 * only, and of those that chance made known there would be too few.
 */
function makeKnown(records, decoder, ipv4, ipv6, memory) {
  const agreeing = [0x0050_0050, 0x0051_0051];
  // One after the other: of a source that is not known, no more than the last SYN is kept, and not for long.
  records.length = SOURCES * agreeing.length;
  for (let row = 0; row < records.length; row++) {
    const at = row * MOST_BYTES;
    const ports = agreeing[row % agreeing.length];
    writeRandom(records, row, () => 5);
    records.view.setUint32(at + 12, FIRST_SOURCE + Math.floor(row / agreeing.length));
    records.view.setUint32(at + 20, ports);
    records.view.setUint32(at + 24, ports);
  }
  ipv4.length = ipv6.length = 0;
  decoder.decode(records, ipv4, ipv6);
  memory.match(ipv4, records.view);
}

/** Of pairs the memory alone knows how many could have agreed: it tells them for sources with a match. */
function countPairs(rows, asked) {
  for (let row = 0; row < rows.length; row++)
    asked.set(rows.tag[row], (asked.get(rows.tag[row]) ?? 0) + rows.candidates[row]);
}

function countTags(ipv4, matched, counts) {
  for (let row = 0; row < ipv4.length; row++) {
    if (ipv4.protocol[row] === 17) counts.datagrams++;
    else counts.tcp++;
    if (ipv4.protocol[row] === 6 && (ipv4.tcpFlags[row] & 0x16) === SYN) counts.syns++;
    if (ipv4.tagsLow[row] === 0) continue;
    for (const { tag } of fingerprintRules)
      if ((ipv4.tagsLow[row] & (1 << Tag[tag])) !== 0) matched.set(tag, matched.get(tag) + 1);
  }
}

function writeRandom({ bytes, view, offset, capturedLength, wireLength, seconds, linkType }, row, random) {
  const at = row * MOST_BYTES;
  const kind = random() % 10;
  const [isUdp, isShaped] = [kind === 0, kind >= 5];
  const optionWords = isUdp ? 0 : isShaped ? 1 : random() % 11;
  const length = isUdp ? 28 : 40 + optionWords * 4;
  for (let word = 0; word < 20; word++) view.setUint32(at + word * 4, random());
  view.setUint32(at, 0x45000000 | length);
  view.setUint16(at + 6, 0);
  bytes[at + 9] = isUdp ? 17 : 6;
  view.setUint32(at + 12, FIRST_SOURCE + (random() % SOURCES));
  if (!isUdp) {
    bytes[at + 32] = (5 + optionWords) << 4;
    // One in ten of the others keeps flags of chance.
    if (kind !== 1) bytes[at + 33] = SYN;
    if (isShaped) {
      bytes[at + 8] = 50;
      view.setUint16(at + 34, 1_024);
      view.setUint32(at + 40, 0x020405b4);
    }
  }
  offset[row] = at;
  capturedLength[row] = wireLength[row] = length;
  seconds[row] = 1_700_000_000;
  linkType[row] = RAW_IP;
}

function print(packets, matched, asked, counts) {
  console.log(`\n${packets.toLocaleString('en')} random packets of ${SOURCES} sources`);
  console.log('  rule             asked       matched  one in        by chance');
  for (const { tag, chance, needs } of fingerprintRules) {
    const isPair = needs === 'pair';
    const times = isPair ? (asked.get(Tag[tag]) ?? 0) - SOURCES : timesOf(tag, counts);
    const hits = matched.get(tag);
    const rate = hits === 0 ? 'none' : Math.round(times / hits).toLocaleString('en');
    const expected = chance === null ? '' : (times * chance).toFixed(3);
    console.log(
      `  ${tag.padEnd(16)} ${times.toLocaleString('en').padEnd(11)} ${String(hits).padEnd(8)} ${rate.padEnd(13)} ${expected}`,
    );
  }
}

function timesOf(tag, { syns, datagrams, tcp }) {
  if (tag === 'zmapLegacyUdp') return datagrams;
  return tag === 'nmapOs' ? tcp : syns;
}

/** xoshiro128**, seeded by a multiplicative sequence. */
function randomWords(seed) {
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) state[i] = seed = Math.imul(seed + 0x9e3779b9, 0x85ebca6b) ^ (seed >>> 13);
  const rotate = (word, by) => (word << by) | (word >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
}
