/** The child of cap-tap.ts: INTERFACE FILTER BUFFER_BYTES SNAP_BYTES; writes pcap to standard output until SIGTERM. */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Cap {
  open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string;
  on(event: 'packet', listener: (bytes: number, truncated: boolean) => void): void;
  close(): void;
}

const OUTPUT_BYTES = 1 << 20;
const FLUSH_BYTES = 1 << 16;
const RECORD_HEADER_BYTES = 16;
const NANOSECONDS_MAGIC = 0xa1b23c4d;
/** What `cap` calls link types, and their numbers in files. */
const linkTypes: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
};

const [device = '', filter = '', bufferBytes = '', snapBytes = ''] = process.argv.slice(2);
const { Cap } = createRequire(import.meta.url)('cap') as { Cap: new () => Cap };
/** `cap` writes each packet into it and keeps no reference: it must live as long as the capture does. */
const packet = Buffer.alloc(65_535);
const output = Buffer.alloc(OUTPUT_BYTES);
const cap = new Cap();
let filled = 0;
let flushing = false;

const linkType = linkTypes[cap.open(device, filter, Number(bufferBytes), packet)];
if (linkType === undefined) throw new Error('cap does not know the link type of this interface');
cap.on('packet', (bytes) => {
  const captured = Math.min(bytes, Number(snapBytes));
  if (filled + RECORD_HEADER_BYTES + captured > OUTPUT_BYTES) flush();
  const now = performance.timeOrigin + performance.now();
  const seconds = Math.floor(now / 1000);
  output.writeUInt32LE(seconds, filled);
  output.writeUInt32LE(Math.floor((now - seconds * 1000) * 1e6), filled + 4);
  output.writeUInt32LE(captured, filled + 8);
  output.writeUInt32LE(bytes, filled + 12);
  packet.copy(output, filled + RECORD_HEADER_BYTES, 0, captured);
  filled += RECORD_HEADER_BYTES + captured;
  if (filled >= FLUSH_BYTES) flush();
  else if (!flushing) {
    flushing = true;
    setImmediate(flush);
  }
});
process.once('SIGTERM', () => {
  cap.close();
  flush();
  process.exit(0);
});
writeFileHeader(linkType);

function writeFileHeader(network: number): void {
  output.writeUInt32LE(NANOSECONDS_MAGIC, 0);
  output.writeUInt16LE(2, 4);
  output.writeUInt16LE(4, 6);
  output.writeUInt32LE(Number(snapBytes), 16);
  output.writeUInt32LE(network, 20);
  filled = 24;
  flush();
}

/** The pipe blocks: when nobody reads, packets are lost in the kernel, where the interface's count tells of it. */
function flush(): void {
  flushing = false;
  for (let at = 0; at < filled; ) at += writeSync(1, output, at, filled - at);
  filled = 0;
}
