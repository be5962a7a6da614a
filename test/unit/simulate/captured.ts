/** Reads simulated captures back with code that shares nothing with what wrote them. */

import { loadScenario } from '../../../sensor/simulate/load.ts';
import { createSimulation, type Simulation } from '../../../sensor/simulate/simulation.ts';

export interface Captured {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly frame: DataView;
  readonly version: 4 | 6;
  readonly source: string;
  readonly target: string;
  /** Host-order words of IPv4 addresses. */
  readonly sourceWord: number;
  readonly targetWord: number;
  readonly ttl: number;
  readonly identification: number;
  readonly protocol: number;
  /** The IP payload, without Ethernet's padding. */
  readonly transport: DataView;
}

export const START_SECONDS = 1_750_000_000.25;

export async function simulate(scenario: string, options: { seed?: number; packetsPerSecond?: number } = {}) {
  return createSimulation({
    scenario: await loadScenario(scenario),
    seed: 1,
    startSeconds: START_SECONDS,
    ...options,
  });
}

/** All bytes of `seconds`, asked for through a buffer of `pieceBytes`. */
export function drain(simulation: Simulation, seconds: number, pieceBytes = 1 << 16): Buffer {
  const pieces: Buffer[] = [];
  const piece = new Uint8Array(pieceBytes);
  for (let length = simulation.fill(piece, seconds); length > 0; length = simulation.fill(piece, seconds)) {
    pieces.push(Buffer.from(piece.subarray(0, length)));
  }
  return Buffer.concat(pieces);
}

export function* readRecords(bytes: Uint8Array): Generator<Captured> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at + 8, true);
    if (length !== view.getUint32(at + 12, true)) throw new Error('a record was cut off');
    const frame = new DataView(view.buffer, view.byteOffset + at + 16, length);
    yield { seconds: view.getUint32(at, true), nanoseconds: view.getUint32(at + 4, true), ...readFrame(frame) };
    at += 16 + length;
  }
}

function part(view: DataView, from: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + from, length);
}

function readFrame(frame: DataView): Omit<Captured, 'seconds' | 'nanoseconds'> {
  if (frame.getUint16(12) === 0x0800) {
    const sourceWord = frame.getUint32(26);
    const targetWord = frame.getUint32(30);
    return {
      frame,
      version: 4,
      source: dotted(frame, 26),
      target: dotted(frame, 30),
      sourceWord,
      targetWord,
      ttl: frame.getUint8(22),
      identification: frame.getUint16(18),
      protocol: frame.getUint8(23),
      transport: part(frame, 34, frame.getUint16(16) - 20),
    };
  }
  return {
    frame,
    version: 6,
    source: colons(frame, 22),
    target: colons(frame, 38),
    sourceWord: 0,
    targetWord: 0,
    ttl: frame.getUint8(21),
    identification: 0,
    protocol: frame.getUint8(20),
    transport: part(frame, 54, frame.getUint16(18)),
  };
}

function dotted(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((index) => view.getUint8(at + index)).join('.');
}

/** The form of RFC 5952 for addresses with one run of zeros in the middle, as all of the simulator are. */
function colons(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + index * 2).toString(16));
  return groups.join(':').replace(/(?:^|:)(?:0:){2,}/, '::');
}

export const isSyn = ({ version, protocol, transport }: Captured) => {
  return version === 4 && protocol === 6 && (transport.getUint8(13) & 0x16) === 0x02;
};
export const sequenceOf = ({ transport }: Captured) => transport.getUint32(4);
export const targetPortOf = ({ transport }: Captured) => transport.getUint16(2);
export const windowOf = ({ transport }: Captured) => transport.getUint16(14);

export function hex(view: DataView, from: number, length = view.byteLength - from): string {
  return Buffer.from(view.buffer, view.byteOffset + from, length).toString('hex');
}
export const optionsOf = ({ transport }: Captured) => hex(transport, 20, (transport.getUint8(12) >> 4) * 4 - 20);
