/**
 * Flows like those of a telescope, made of a seed: sources by a power law, each with habits of its own (ports, lifetime,
 * options), targets all over a /16, time running on. What a store makes of it depends on how much of it repeats.
 */
import { createFlowBatch } from '../../../dist/shared/flow-batch.js';

const SOURCES = 500_000;
const PORTS = [23, 22, 445, 80, 443, 8080, 3389, 5555, 2323, 81, 6379, 1433, 5900, 25, 53, 123, 161, 1900, 5060, 8443];
const TCP_SHARE = 0.9;

/** Mulberry32: small, fast, and the same everywhere. */
export function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const hash = (value) => {
  const mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};

/** Batches of `rows` flows, without end; `flowsPerSecond` in capture time. */
export function* syntheticFlows({ rows, flowsPerSecond, beginSeconds, session = 0, seed = 1 }) {
  const random = randomOf(seed);
  let flow = 0;
  for (;;) {
    const batch = createFlowBatch(4, rows);
    batch.length = rows;
    for (let row = 0; row < rows; row++, flow++) fillFlow(batch, row, random, beginSeconds + flow / flowsPerSecond);
    batch.session.fill(session);
    yield batch;
  }
}

function fillFlow(batch, row, random, seconds) {
  const rank = Math.floor(SOURCES ** random()) - 1;
  const source = hash(rank + 1);
  const habit = hash(source);
  const isTcp = habit / 2 ** 32 < TCP_SHARE;
  batch.interval[row] = Math.floor(seconds);
  batch.firstMicros[row] = Math.floor((seconds % 1) * 1e6);
  batch.lastMicros[row] = batch.firstMicros[row];
  batch.source[row] = source;
  batch.target[row] = 0xc6330000 + Math.floor(random() * 65_536);
  batch.sourcePort[row] = random() < 0.5 ? 1024 + (habit % 60_000) : 1024 + Math.floor(random() * 64_000);
  batch.targetPort[row] = random() < 0.8 ? PORTS[habit % PORTS.length] : 1 + Math.floor(random() * 34_000);
  batch.protocol[row] = isTcp ? 6 : 17;
  batch.tcpFlags[row] = isTcp ? 2 : 0;
  batch.ttl[row] = 32 + (habit % 200);
  batch.ipLength[row] = isTcp ? 40 + 4 * (habit % 6) : 28 + (habit % 400);
  batch.packets[row] = random() < 0.9 ? 1 : 2 + Math.floor(random() * 4);
  batch.wireBytes[row] = batch.packets[row] * (batch.ipLength[row] + 14);
  batch.synWindow[row] = isTcp ? [1024, 65_535, 29_200, 14_600][habit % 4] : 0;
  batch.synOptions[row] = isTcp && habit % 3 === 0 ? 12_345 + (habit % 20) : 0;
  batch.tagsLow[row] = habit % 5 === 0 ? 1 << (habit % 7) : 0;
  batch.sensor[row] = 1;
  batch.country[row] = 0x4141 + (habit % 26) + 256 * ((habit >>> 8) % 26);
  batch.class[row] = isTcp ? 1 : 5;
}
