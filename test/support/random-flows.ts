/** Flows with values that filters tell apart, made at random from a few. */
import { parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import { trafficClass } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import { NOON_SECONDS } from './commits.ts';
import { POOL } from './flow-filters.ts';

export const ROWS = 600;

/** Numbers in [0, 1), the same for every start. */
export function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) / 0x800000;
  };
}

/** Each row can be told by its number of microseconds. */
export function randomFlows(family: Family, random: () => number): FlowBatch {
  const flows = createFlowBatch(family, ROWS + 3);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  for (let row = 0; row < ROWS; row++) {
    for (const column of [flows.source, flows.target]) {
      if (family === 4) column[row] = parseIpv4(pick(POOL.addresses4))!;
      else column.set(parseIpv6(pick(POOL.addresses6))!, row * 4);
    }
    flows.interval[row] = NOON_SECONDS;
    flows.firstMicros[row] = row * 2 + (family === 4 ? 0 : 1);
    flows.lastMicros[row] = flows.firstMicros[row]!;
    flows.sourcePort[row] = pick(POOL.ports);
    flows.targetPort[row] = pick(POOL.ports);
    flows.protocol[row] = pick(POOL.protocols);
    flows.tcpFlags[row] = flows.protocol[row] === 6 ? pick(POOL.flags) : 0;
    flows.ttl[row] = pick(POOL.ttls);
    flows.ipLength[row] = pick(POOL.lengths);
    flows.class[row] = trafficClass(flows.protocol[row]!, flows.tcpFlags[row]!);
    // Unknown, and a number that no class has, among them.
    flows.radiation[row] = pick([0, 1, 1, 2, 6, 9, 14, 15]);
    flows.fragment[row] = pick([0, 0, 1, 2]);
    flows.packets[row] = pick([1, 2, 300, 0xffffffff]);
    flows.wireBytes[row] = pick([60, 65_535, 0xffffffff]);
    flows.synWindow[row] = pick([0, 1024, 65_535]);
    flows.vlan[row] = pick([0, 5, 4095]);
    flows.sensor[row] = pick([1, 3]);
    flows.country[row] = pick([0, 0x4a50]);
    flows.asn[row] = pick([0, 15_169, 0xffffffff]);
    flows.tagsLow[row] = pick([0, 1 << Tag.mirai, 1 << Tag.masscanTcp, 0xffffffff]);
    if (pick([true, false])) continue;
    flows.tunnel[row] = pick([1, 7, 255]);
    for (const column of [flows.innerSource, flows.innerTarget])
      column.set(
        parseIpv6(pick([...POOL.addresses4.map((address) => `::ffff:${address}`), ...POOL.addresses6]))!,
        row * 4,
      );
    flows.innerProtocol[row] = pick(POOL.protocols);
    flows.innerSourcePort[row] = pick(POOL.ports);
    flows.innerTargetPort[row] = pick(POOL.ports);
  }
  flows.length = ROWS;
  return flows;
}
