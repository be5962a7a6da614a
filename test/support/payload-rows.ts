/** Payloads for tests, made from objects that a person can read. */
import { createHash } from 'node:crypto';
import type { PayloadRow } from '../../server/store/ingest-commit.ts';
import type { PayloadKey } from '../../server/store/stores.ts';
import { SOURCE_REGISTERS } from '../../shared/wire/payloads.ts';
import { NOON_SECONDS } from './commits.ts';
import { sourceWords } from './evidence.ts';

export interface TestPayload extends Partial<Omit<PayloadRow, 'bytes' | 'sources' | 'digest'>> {
  readonly text: string | Uint8Array;
  /** Of `text`: all, where it does not say. */
  readonly keptBytes?: number;
  readonly sources?: readonly string[];
}

/** Of text, Latin-1. */
export function payloadRow({ text, keptBytes, sources = ['203.0.113.5'], ...given }: TestPayload): PayloadRow {
  const bytes = bytesOf(text);
  const seconds = given.firstSeconds ?? given.lastSeconds ?? NOON_SECONDS;
  return {
    ...{ session: 0, sensor: 1, packets: 1, ports: [80], hasMorePorts: false },
    ...{ firstSeconds: seconds, lastSeconds: given.lastSeconds ?? seconds },
    capturedBytes: bytes.length,
    ...{ sketch: sketchOf(sources), sources: Uint32Array.from(sources.flatMap((source) => [...sourceWords(source)])) },
    ...given,
    ...keyOf(text, given.protocol, given.wireBytes),
    bytes: bytes.subarray(0, keptBytes),
  };
}

export function keyOf(text: string | Uint8Array, protocol = 6, wireBytes = text.length): PayloadKey {
  const digest = createHash('sha256').update(bytesOf(text)).digest().readBigUInt64BE();
  return { digest, protocol, wireBytes };
}

const bytesOf = (text: string | Uint8Array) =>
  typeof text === 'string' ? Uint8Array.from(Buffer.from(text, 'latin1')) : text;

export function sketchOf(sources: readonly string[]): Uint8Array {
  const sketch = new Uint8Array(SOURCE_REGISTERS);
  for (const source of sources) {
    const hash = createHash('sha256').update(source).digest();
    const register = hash.readUInt8();
    sketch[register] = Math.max(sketch[register]!, Math.clz32(hash.readUInt32BE(1)) + 1);
  }
  return sketch;
}
