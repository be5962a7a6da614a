/** No route leads from a host over the Internet to itself: who writes the target's address as his own forges it. */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { Radiation } from '../../shared/radiation.ts';
import type { OpenRows } from './open-rows.ts';
import { CORSARO_SPOOFING, type RadiationRule } from './radiation-rule.ts';

export const spoofedSource: RadiationRule = {
  gives: ['spoofed'],
  looksAt: ['tcp', 'udp', 'icmp', 'others'],
  reference: CORSARO_SPOOFING,
  mark(open, batch) {
    if (batch.family === 4) markIpv4(open, batch);
    else markIpv6(open, batch);
  },
};

function markIpv4(open: OpenRows, { source, target, radiation }: PacketBatch): void {
  const { rows, count } = open;
  let left = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at]!;
    if (source[row] === target[row]) radiation[row] = Radiation.spoofed;
    else rows[left++] = row;
  }
  open.count = left;
}

function markIpv6(open: OpenRows, { source, target, radiation }: PacketBatch): void {
  const { rows, count } = open;
  let left = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at]!;
    let difference = 0;
    for (let word = row * 4; word < row * 4 + 4; word++) difference |= source[word]! ^ target[word]!;
    if (difference === 0) radiation[row] = Radiation.spoofed;
    else rows[left++] = row;
  }
  open.count = left;
}
