/** Captures and packets that end early: at every byte, or around the borders of records and at places in between. */
import { createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { FuzzedEngine } from './fuzzed-engine.ts';
import type { FuzzRandom } from './random.ts';
import { readCapture } from './read-captures.ts';

/** Files up to this length are cut at every byte. */
const EVERY_BYTE_UP_TO = 4096;
const OTHER_PLACES = 500;
/** The shortest piece that can be left away: a block of pcapng without a body. */
const MIN_PIECE_BYTES = 12;
/** Of a packet: no header reaches further. */
const MAX_PACKET_CUTS = 400;
const MAX_PACKETS = 40;

/** Each beginning of a file gives the records that end in it, and says that it is one, unless it ends behind a record or block. */
export function checkFileCuts(bytes: Uint8Array, random: FuzzRandom): number {
  const batch = createRecordBatch(64);
  const ends: number[] = [];
  const whole = readCapture(bytes, {
    batch,
    onBatch: (records) => {
      for (let row = 0; row < records.length; row++) ends.push(records.offset[row]! + records.capturedLength[row]!);
    },
  });
  let lastCleanEnd = Number.NEGATIVE_INFINITY;
  const lengths = cutsOf(bytes.length, ends, random);
  for (const length of lengths) {
    const part = readCapture(bytes.subarray(0, length), { batch });
    const wrong = part.digests.findIndex((value, record) => value !== whole.digests[record]);
    if (wrong !== -1) throw new Error(`cut after ${length} bytes, record ${wrong} is another`);
    if (part.damage !== null) continue;
    if (length - lastCleanEnd < MIN_PIECE_BYTES) throw new Error(`cut after ${length} bytes, the file seems whole`);
    lastCleanEnd = length;
  }
  return lengths.length;
}

function cutsOf(length: number, ends: readonly number[], random: FuzzRandom): number[] {
  if (length <= EVERY_BYTE_UP_TO) return Array.from({ length }, (_, at) => at);
  const places = new Set(ends.slice(0, OTHER_PLACES).flatMap((end) => [end - 1, end, end + 1]));
  for (let count = 0; count < OTHER_PLACES; count++) places.add(random.below(length));
  return [...places].filter((place) => place <= length).sort((a, b) => a - b);
}

/** Each beginning of a packet, as a capture with a shorter snap length has it. */
export function checkPacketCuts(bytes: Uint8Array, engine: FuzzedEngine, random: FuzzRandom): void {
  const chosen: { record: RecordBatch; row: number }[] = [];
  const batch = createRecordBatch();
  let seen = 0;
  readCapture(bytes, {
    batch,
    onBatch: (records) => {
      for (let row = 0; row < records.length; row++) {
        // All of a few, some of many: each has the same chance (reservoir sampling).
        const place = seen++ < MAX_PACKETS ? seen - 1 : random.below(seen);
        if (place < MAX_PACKETS) chosen[place] = { record: everyBeginning(records, row), row };
      }
    },
  });
  for (const { record } of chosen) engine.checkRecords(record);
}

function everyBeginning(from: RecordBatch, row: number): RecordBatch {
  const captured = from.capturedLength[row]!;
  const count = Math.min(captured, MAX_PACKET_CUTS) + 1;
  const records = createRecordBatch(count);
  records.bytes = from.bytes.slice(from.offset[row]!, from.offset[row]! + captured);
  records.view = new DataView(records.bytes.buffer);
  for (let length = 0; length < count; length++) records.capturedLength[length] = length;
  records.wireLength.fill(from.wireLength[row]!);
  records.seconds.fill(from.seconds[row]!);
  records.nanoseconds.fill(from.nanoseconds[row]!);
  records.linkType.fill(from.linkType[row]!);
  records.length = count;
  return records;
}
