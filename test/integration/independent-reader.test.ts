/** npm's pcap-parser reads the same packets from a file that tcpdump wrote. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import pcapParser from 'pcap-parser';
import { expect, test } from 'vitest';
import { CaptureFile } from '../../sensor/capture/capture-file.ts';
import { testFolder } from '../support/folders.ts';
import { program } from '../support/program.ts';

const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;
if (!hasTcpdump) console.warn('tcpdump is not installed: the comparison with pcap-parser is skipped');

interface Packet {
  header: { timestampSeconds: number; timestampMicroseconds: number; capturedLength: number; originalLength: number };
  data: Buffer;
}

/** One line a packet: time, lengths, and its bytes' sum. */
const lineOf = (seconds: number, micros: number, captured: number, wire: number, bytes: Uint8Array) =>
  `${seconds}.${micros} ${captured} ${wire} ${bytes.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 0)}`;

function readWithPcapParser(file: string): Promise<string[]> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const parser = pcapParser.parse(file);
    parser.on('packet', ({ header, data }: Packet) => {
      lines.push(
        lineOf(
          header.timestampSeconds,
          header.timestampMicroseconds,
          header.capturedLength,
          header.originalLength,
          data,
        ),
      );
    });
    parser.on('end', () => resolve(lines));
    parser.on('error', reject);
  });
}

async function readWithOurs(path: string): Promise<string[]> {
  const lines: string[] = [];
  const file = new CaptureFile(path);
  await file.open();
  for (let records = await file.next(); records !== null; records = await file.next()) {
    for (let row = 0; row < records.length; row++) {
      const start = records.offset[row]!;
      const captured = records.capturedLength[row]!;
      const bytes = records.bytes.subarray(start, start + captured);
      lines.push(
        lineOf(
          records.seconds[row]!,
          Math.floor(records.nanoseconds[row]! / 1000),
          captured,
          records.wireLength[row]!,
          bytes,
        ),
      );
    }
  }
  await file.close();
  return lines;
}

test.skipIf(!hasTcpdump)('two readers, the same packets', async () => {
  const folder = await testFolder();
  const [nanoseconds, microseconds] = [join(folder, 'nano.pcap'), join(folder, 'micro.pcap')];
  expect((await program(['simulate', '--rate', '1000', '--duration', '10', '--out', nanoseconds])).code).toBe(0);
  expect(spawnSync('tcpdump', ['-r', nanoseconds, '-w', microseconds]).status).toBe(0);
  const ours = await readWithOurs(microseconds);
  expect(ours.length).toBeGreaterThan(8_000);
  expect(ours).toEqual(await readWithPcapParser(microseconds));
});
