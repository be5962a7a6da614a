/** Rules over real captures of the tools, and over all others, which must stay without tags. */
import { expect, test } from 'vitest';
import { inspectFile } from '../../sensor/commands/inspect.ts';
import { capturePath, capturesFolder, readTruths } from '../support/captures.ts';

/** Hits of 2^-16 in large captures, one each, and a measurement that is known to use ZMap's number, stand here as well. */
const expected: Record<string, Record<string, number>> = {
  'seriouszyx+ScannerRecognition/zmap.pcap': { zmapLegacyTcp: 10_000 },
  'esnet-security+curated-pcaps/attacks/scanners/masscan/tcp_0_1000_20190821.pcap': { masscanTcp: 1_001 },
  'markofu+pcaps/EvilFingers/NMAP_PCAPS.zip/NMAP_SCAN_ANALYSIS/TCP_SYN_SCAN/TCP_SYN_SCAN.pcap': { nmapSyn: 1_001 },
  // One SYN of the run has ZMap's number by chance: what another rule has named is no part of a run.
  'chrissanders+packets/synscan.pcapng': { nmapSyn: 1_992, zmapLegacyTcp: 1 },
  'ntop+nDPI/ripe_atlas.pcap': { zmapLegacyUdp: 7 },
  'StopDDoS+packet-captures/pkt.TCP.DOMINATE.syn.ecn.cwr.pcapng': { zmapLegacyTcp: 1 },
};

test.skipIf(capturesFolder === null)(
  'tools are found in their captures, and nowhere else',
  async () => {
    const found: Record<string, Record<string, number>> = {};
    for (const { file } of readTruths()) {
      const { matches } = await inspectFile(capturePath(file));
      const { irregularSyn: _, ...tools } = matches;
      const hits = Object.entries(tools).filter(([, count]) => count > 0);
      if (hits.length > 0) found[file] = Object.fromEntries(hits);
    }
    expect(found).toEqual(expected);
  },
  120_000,
);
