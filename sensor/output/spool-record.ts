/**
 * One frame in a file of the spool. Little-endian:
 *
 *   magic u32 · length of the frame u32 · sequence u32 · flows u32 · packets f64 · written, seconds since 1970 u32 · CRC-32 u32
 *   the frame as it is sent
 *
 * The checksum is of the header before it and of the frame: a record that a power cut left half-written is known as such.
 */
import { crc32 } from 'node:zlib';
import { FrameKind, kindOf, MAX_FRAME_BYTES } from '../../shared/wire/frame.ts';
import type { QueuedFrame } from './frame-source.ts';

export const RECORD_HEADER_BYTES = 32;
const CHECKED_HEADER_BYTES = 28;
const MAGIC = 0x4f50_534b; // "KSPO", little-endian

export interface SpoolRecord extends QueuedFrame {
  readonly writtenSeconds: number;
}

export function recordHeader({ bytes, sequence, flows, packets, writtenSeconds }: SpoolRecord): Buffer {
  const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(bytes.length, 4);
  header.writeUInt32LE(sequence, 8);
  header.writeUInt32LE(flows, 12);
  header.writeDoubleLE(packets, 16);
  header.writeUInt32LE(writtenSeconds, 24);
  header.writeUInt32LE(checksum(header, bytes), 28);
  return header;
}

function checksum(header: Uint8Array, bytes: Uint8Array): number {
  return crc32(bytes, crc32(header.subarray(0, CHECKED_HEADER_BYTES)));
}

/** Bytes of the whole record, as its header says, or null where there is no header. It may be a lie: `readRecord` tells. */
export function recordBytes(bytes: Buffer, at: number): number | null {
  if (bytes.length - at < RECORD_HEADER_BYTES || bytes.readUInt32LE(at) !== MAGIC) return null;
  const length = bytes.readUInt32LE(at + 4);
  return length <= MAX_FRAME_BYTES ? RECORD_HEADER_BYTES + length : null;
}

/** The record at `at`, in memory of its own, or null where it is not whole or not as it was written. */
export function readRecord(bytes: Buffer, at: number): SpoolRecord | null {
  const length = recordBytes(bytes, at);
  if (length === null || bytes.length - at < length) return null;
  const header = bytes.subarray(at, at + RECORD_HEADER_BYTES);
  const frame = bytes.subarray(at + RECORD_HEADER_BYTES, at + length);
  if (checksum(header, frame) !== header.readUInt32LE(28)) return null;
  return {
    sequence: header.readUInt32LE(8),
    flows: header.readUInt32LE(12),
    packets: header.readDoubleLE(16),
    writtenSeconds: header.readUInt32LE(24),
    findings: findingsIn(frame),
    bytes: new Uint8Array(frame),
  };
}

/** 1 for an encoded frame of evidence, payloads or packets: that they are dropped is counted by frames. */
export function findingsIn(frame: Uint8Array): number {
  const kind = kindOf(frame);
  const isFinding = kind === FrameKind.evidence || kind === FrameKind.payloads || kind === FrameKind.packets;
  return isFinding ? 1 : 0;
}
