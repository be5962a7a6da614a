/**
 * One class for every packet: the first rule that matches decides. The order, and why it is so:
 *
 * 1. Who cannot be the sender says nothing true about himself: first those whose source cannot exist, or is the target.
 * 2. Answers come before what looks forged: a victim of a flood answers from port 0 where that was flooded, and routers start
 *    at a TTL of 255, so that the marks of forged packets are everyday's in answers.
 * 3. What no stack sends comes before scans: a SYN from port 0 is a flood or a mistake, and no question.
 * 4. Probes for amplifiers come before all other UDP: they are told by what they ask.
 * 5. Scans come before what is erratic, which includes all of TCP to ports 23, 80 and 5000.
 * 6. Misconfiguration comes before what is erratic, which includes the packets of BitTorrent.
 */
import { Fragment, type PacketBatch } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import { Radiation } from '../../shared/radiation.ts';
import { amplificationProbe } from './amplification-probe.ts';
import { backscatterDatagrams } from './backscatter-datagrams.ts';
import { backscatterIcmp } from './backscatter-icmp.ts';
import { backscatterTcp } from './backscatter-tcp.ts';
import { bogon } from './bogon.ts';
import { erraticDatagrams, erraticSegments } from './erratic.ts';
import { misconfiguration } from './misconfiguration.ts';
import { OpenRows } from './open-rows.ts';
import type { Carried, RadiationRule } from './radiation-rule.ts';
import { scanDatagrams, scanIcmp, scanTcp } from './scan.ts';
import { spoofedHeader, spoofedOthers } from './spoofed-header.ts';
import { spoofedSource } from './spoofed-source.ts';
import { spoofedDatagrams, spoofedSegments } from './spoofed-transport.ts';

export const radiationRules: readonly RadiationRule[] = [
  bogon,
  spoofedSource,
  backscatterTcp,
  backscatterIcmp,
  backscatterDatagrams,
  spoofedHeader,
  spoofedOthers,
  spoofedSegments,
  spoofedDatagrams,
  amplificationProbe,
  scanTcp,
  scanIcmp,
  scanDatagrams,
  misconfiguration,
  erraticSegments,
  erraticDatagrams,
];

const kinds: readonly Carried[] = ['tcp', 'udp', 'icmp', 'others'];
/** Used again by every batch: a thread marks one batch at a time. */
const open: Record<Carried, OpenRows> = {
  tcp: new OpenRows(0),
  udp: new OpenRows(0),
  icmp: new OpenRows(0),
  others: new OpenRows(0),
};

/** The class of every packet of a batch of records, of which `bytes` is the view. Comes after the fingerprints. */
export function markRadiation(batch: PacketBatch, bytes: DataView): void {
  for (const kind of kinds) open[kind].clear(batch.capacity);
  batch.radiation.fill(Radiation.other, 0, batch.length);
  spread(batch);
  for (const rule of radiationRules)
    for (const kind of rule.looksAt) if (open[kind].count > 0) rule.mark(open[kind], batch, bytes);
}

function spread({ protocol, fragment, family, length }: PacketBatch): void {
  const { tcp, udp, icmp, others } = open;
  const controlMessages = family === 4 ? IpProtocol.icmp : IpProtocol.icmpv6;
  for (let row = 0; row < length; row++) {
    const carried = protocol[row]!;
    if (fragment[row] === Fragment.later) others.rows[others.count++] = row;
    else if (carried === IpProtocol.tcp) tcp.rows[tcp.count++] = row;
    else if (carried === IpProtocol.udp) udp.rows[udp.count++] = row;
    else if (carried === controlMessages) icmp.rows[icmp.count++] = row;
    else others.rows[others.count++] = row;
  }
}
