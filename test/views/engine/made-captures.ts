/** One capture in every shape that a browser may be handed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { erfRecord, PcapngBlocks, pcapFile } from '../../support/capture-bytes.ts';
import { concatenate } from '../../support/hex.ts';
import { IPV4, IPV6, MACS, SYN } from '../../support/link-frames.ts';

const ETHERNET = 1;
const ERF_ETHERNET = 2;

/** `plain` is a capture that the simulator made. Returns the paths of what was made of it, and of some by hand. */
export async function writeMadeCaptures(plain: string, folder: string): Promise<string[]> {
  const made = await readFile(plain);
  const frames = [`${MACS} 0800 ${IPV4} ${SYN}`, `${MACS} 86dd ${IPV6} ${SYN}`, `${MACS} 0806 0001`];
  const packets = frames.map((frame) => frame.replaceAll(' ', ''));
  const records = packets.map((packet, second) => ({ seconds: 1_700_000_000 + second, nanoseconds: 500, packet }));
  const contents: Readonly<Record<string, Uint8Array>> = {
    'made.pcap.gz': gzipSync(made),
    'cut.pcap': made.subarray(0, made.length - 7),
    'cut.pcap.gz': gzipSync(made).subarray(0, -2000),
    // Kilobytes that become megabytes: much is still on its way when a decompressor finds that the rest is missing.
    'cut-dense.pcap.gz': gzipSync(pcapFile(Array(20_000).fill(records[0]))).subarray(0, -20),
    'header-only.pcap': made.subarray(0, 24),
    'by-hand.pcap': pcapFile(records, { littleEndian: false, nanoseconds: true }),
    'by-hand.pcapng': pcapng(packets, true),
    'big-endian.pcapng': pcapng(packets, false),
    'by-hand.erf': concatenate(packets.map((packet, seconds) => erf(packet, seconds + 1))),
    'empty.pcap': new Uint8Array(0),
    'empty.pcap.gz': gzipSync(new Uint8Array(0)),
    'short.pcap': Uint8Array.of(0xd4, 0xc3),
    'text.txt': new TextEncoder().encode('This is no capture at all, although it is long enough for one.'),
    'not-gzip.gz': Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff),
  };
  const paths = Object.entries(contents).map(([name, content]) => ({ path: join(folder, name), content }));
  await Promise.all(paths.map(({ path, content }) => writeFile(path, content)));
  return paths.map(({ path }) => path);
}

function pcapng(packets: readonly string[], littleEndian: boolean): Uint8Array {
  const blocks = new PcapngBlocks(littleEndian);
  const held = packets.map((packet, at) => blocks.enhanced({ packet, ticks: 1_700_000_000_000_000n + BigInt(at) }));
  return concatenate([blocks.section(), blocks.interface({ linkType: ETHERNET }), ...held, blocks.simple(packets[0]!)]);
}

/** Two bytes stand between the header of a record and an Ethernet frame. */
function erf(packet: string, seconds: number): Uint8Array {
  return erfRecord({ type: ERF_ETHERNET, seconds, fraction: 0x80000000, headers: '0000', packet });
}
