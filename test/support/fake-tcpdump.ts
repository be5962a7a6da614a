/** A tcpdump that makes its packets up: each has a source address of its own, so that what comes twice or not at all is seen. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Sources are counted from here on; a run that shall be told from another begins elsewhere. */
export interface FakeCapture {
  readonly packetsPerSecond: number;
  readonly firstSource: number;
  /** Ends by itself after so many. */
  readonly packets?: number;
}

/** The environment in which `--interface any` is such a capture. */
export async function fakeTcpdump(folder: string, capture: FakeCapture): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, `bin-${capture.firstSource}`);
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'tcpdump'), `#!${process.execPath}\n${script}`, { mode: 0o755 });
  // A process that is killed shall be the sensor itself, and not one that started it with fewer rights.
  return {
    KURAYAMI_FEWER_RIGHTS: '1',
    PATH: `${bin}:${process.env.PATH}`,
    KURAYAMI_FAKE_CAPTURE: JSON.stringify(capture),
  };
}

const script = `
const { packetsPerSecond, firstSource, packets = Infinity } = JSON.parse(process.env.KURAYAMI_FAKE_CAPTURE);
const header = Buffer.alloc(24);
header.writeUInt32LE(0xa1b2c3d4, 0);
header.writeUInt16LE(2, 4);
header.writeUInt16LE(4, 6);
header.writeUInt32LE(65535, 16);
header.writeUInt32LE(101, 20); // raw IP
process.stderr.write('tcpdump: listening on any, link-type RAW (Raw IP), snapshot length 192 bytes\\n');
process.stdout.write(header);
let sent = 0;
const start = Date.now();
const say = () => process.stderr.write(sent + ' packets captured\\n' + sent + ' packets received by filter\\n0 packets dropped by kernel\\n');
const end = () => { say(); process.stdout.end(() => process.exit(0)); };
process.on('SIGUSR1', say);
process.on('SIGTERM', end);
process.stdout.on('error', () => process.exit(0));
setInterval(() => {
  const due = Math.min(packets, Math.floor(((Date.now() - start) * packetsPerSecond) / 1000));
  const records = [];
  for (; sent < due; sent++) records.push(record(firstSource + sent));
  if (records.length > 0) process.stdout.write(Buffer.concat(records));
}, 20);
function record(source) {
  const now = Date.now();
  const bytes = Buffer.alloc(16 + 40);
  bytes.writeUInt32LE(Math.floor(now / 1000), 0);
  bytes.writeUInt32LE((now % 1000) * 1000, 4);
  bytes.writeUInt32LE(40, 8);
  bytes.writeUInt32LE(40, 12);
  bytes.write('4500002800010000f3060000', 16, 'hex');
  bytes.writeUInt32BE(source, 28);
  bytes.writeUInt32BE(0xc6336407, 32);
  bytes.writeUInt16BE(40000, 36);
  bytes.writeUInt16BE(23, 38);
  bytes.writeUInt8(0x50, 48);
  bytes.writeUInt8(2, 49);
  return bytes;
}
`;
