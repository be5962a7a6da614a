/** Real captures. Figures are those of tcpdump's own filters over the same files, as named beside each. */
import { describe, expect, test } from 'vitest';
import { CaptureFile } from '../../../../sensor/capture/capture-file.ts';
import { capturePath, capturesFolder } from '../../../support/captures.ts';
import { classesOfRecords } from './packets.ts';

/** Packets by class. `source`, where given, takes the place of every source: what is documented of one is a bogon. */
async function classesIn(file: string, source?: number): Promise<Record<string, number>> {
  const capture = new CaptureFile(capturePath(file));
  await capture.open();
  const counts: Record<string, number> = {};
  for (let records = await capture.next(); records !== null; records = await capture.next()) {
    if (source !== undefined)
      for (let record = 0; record < records.length; record++)
        records.view.setUint32(records.offset[record]! + 14 + 12, source);
    for (const name of classesOfRecords(records)) counts[name] = (counts[name] ?? 0) + 1;
  }
  await capture.close();
  return counts;
}

/** An address that may be met, in place of those that are for documentation. */
const SOMEBODY = 0x0808_0404;

describe.skipIf(capturesFolder === null)('real captures', () => {
  test.for<readonly [name: string, file: string, expected: Record<string, number>, source?: number]>([
    [
      'backscatter at LBL in 2009; two questions of DNS with a TTL above 200',
      'ncsa+bro-simple-scan/backscatter.trace.first-half.pcap',
      { backscatterSynAck: 1757, backscatterRst: 611, backscatterIcmpUnreachable: 15, spoofed: 2 },
    ],
    // All SYNs have marks of forged packets; one is Masscan's by chance, and so a known tool's.
    [
      'a flood of SYNs with ECN, and resets',
      'StopDDoS+packet-captures/pkt.TCP.DOMINATE.syn.ecn.cwr.pcapng',
      { spoofed: 9638, scan: 1, backscatterRst: 239 },
    ],
    [
      'SNMP reflected, and errors of those who reflect no more',
      'StopDDoS+packet-captures/amp.UDP.snmp.src161.pcapng',
      {
        backscatterUdp: 4079,
        backscatterIcmpUnreachable: 225,
        backscatterIcmpExceeded: 65,
        backscatterIcmpOther: 4,
      },
    ],
    ['Slammer, from addresses of documentation', 'ACandeias+IntrusionDetection/PCAP/slammer_worm.pcap', { bogon: 10 }],
    ['Slammer and a ping, from anybody', 'ACandeias+IntrusionDetection/PCAP/slammer_worm.pcap', { scan: 10 }, SOMEBODY],
    [
      'ZMap from a private network, and who answered; eleven of ARP and one of LLDP are no IP',
      'seriouszyx+ScannerRecognition/zmap.pcap',
      { '': 12, bogon: 10_015, backscatterSynAck: 14, backscatterRst: 14 },
    ],
  ])('%s', async ([, file, expected, source]) => {
    expect(await classesIn(file, source)).toEqual(expected);
  });
});
