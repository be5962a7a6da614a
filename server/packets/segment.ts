/**
 * A file of the ring: frames of packets as they came, one behind the other, each with its own checksum. It is only ever
 * written to at its end, so that whatever a crash leaves is a beginning that is whole.
 *
 *   header (16): magic "KPKS", version, session · record: length u32, sensor u16, 0 u16, frame
 */
import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { decodeFrame } from '../../shared/wire/frame.ts';
import { frameToPackets, type RawPackets } from '../../shared/wire/packets.ts';
import { nodePlatform } from '../ingest/platform.ts';

const MAGIC = 0x534b_504b;
const VERSION = 1;
export const SEGMENT_HEADER_BYTES = 16;
export const RECORD_HEADER_BYTES = 8;

/** Where a frame lies, and what is in it. */
export interface RingFrame {
  readonly sensor: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly offset: number;
  readonly bytes: number;
  readonly packets: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

export class Segment {
  readonly path: string;
  readonly number: number;
  readonly session: number;
  readonly frames: RingFrame[] = [];
  bytes = SEGMENT_HEADER_BYTES;
  packets = 0;
  #file: number | null = null;

  constructor(path: string, number: number, session: number) {
    this.path = path;
    this.number = number;
    this.session = session;
  }

  /** Throws what the disk says; then there is no file. */
  begin(): void {
    const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
    header.writeUInt32LE(MAGIC, 0);
    header.writeUInt32LE(VERSION, 4);
    header.writeUInt32LE(this.session, 8);
    this.#file = openSync(this.path, 'wx', 0o600);
    try {
      writeSync(this.#file, header);
    } catch (error) {
      this.close();
      rmSync(this.path, { force: true });
      throw error;
    }
  }

  /** Throws what the disk says; the end is then cut off again. */
  append(sensor: number, frame: Uint8Array, batch: RawPackets, epoch: number, sequence: number): RingFrame {
    this.#file ??= openSync(this.path, 'r+');
    const record = Buffer.alloc(RECORD_HEADER_BYTES + frame.length);
    record.writeUInt32LE(frame.length, 0);
    record.writeUInt16LE(sensor, 4);
    record.set(frame, RECORD_HEADER_BYTES);
    const offset = this.bytes;
    try {
      let written = 0;
      while (written < record.length)
        written += writeSync(this.#file, record, written, record.length - written, offset + written);
    } catch (error) {
      truncateSync(this.path, offset);
      throw error;
    }
    const entry = entryOf(batch, {
      sensor,
      epoch,
      sequence,
      offset: offset + RECORD_HEADER_BYTES,
      bytes: frame.length,
    });
    this.frames.push(entry);
    this.bytes += record.length;
    this.packets += entry.packets;
    return entry;
  }

  /** Of a run before: what it wrote and never acknowledged comes again, and is passed over here. */
  keepOnly(isStored: (frame: RingFrame) => boolean): void {
    const kept = this.frames.filter(isStored);
    this.frames.splice(0, this.frames.length, ...kept);
    this.packets = kept.reduce((sum, { packets }) => sum + packets, 0);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

type Place = Pick<RingFrame, 'sensor' | 'epoch' | 'sequence' | 'offset' | 'bytes'>;

function entryOf({ length, seconds }: RawPackets, place: Place): RingFrame {
  let [firstSeconds, lastSeconds] = [Number.POSITIVE_INFINITY, 0];
  for (let row = 0; row < length; row++) {
    firstSeconds = Math.min(firstSeconds, seconds[row]!);
    lastSeconds = Math.max(lastSeconds, seconds[row]!);
  }
  return { ...place, packets: length, firstSeconds, lastSeconds };
}

/** Reads a segment that another run left, and cuts off what is not whole. Null for what is no segment at all. */
export function readSegment(path: string, number: number): { segment: Segment; cutBytes: number } | null {
  const file = readFileSync(path);
  if (file.length < SEGMENT_HEADER_BYTES || file.readUInt32LE(0) !== MAGIC || file.readUInt32LE(4) !== VERSION)
    return null;
  const segment = new Segment(path, number, file.readUInt32LE(8));
  let at = SEGMENT_HEADER_BYTES;
  for (let read = readRecord(file, at); read !== null; read = readRecord(file, at)) {
    at += RECORD_HEADER_BYTES + read.bytes;
    segment.frames.push(read);
    segment.packets += read.packets;
  }
  segment.bytes = at;
  if (at < file.length) truncateSync(path, at);
  return { segment, cutBytes: file.length - at };
}

function readRecord(file: Buffer, at: number): RingFrame | null {
  if (at + RECORD_HEADER_BYTES > file.length) return null;
  const bytes = file.readUInt32LE(at);
  const offset = at + RECORD_HEADER_BYTES;
  if (offset + bytes > file.length) return null;
  try {
    const frame = decodeFrame(Uint8Array.from(file.subarray(offset, offset + bytes)), nodePlatform);
    const { epoch, sequence } = frame;
    return entryOf(frameToPackets(frame), { sensor: file.readUInt16LE(at + 4), epoch, sequence, offset, bytes });
  } catch {
    return null;
  }
}
