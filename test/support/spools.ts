/** Spools in folders of their own, with frames that a person can tell apart. */
import { join } from 'node:path';
import type { QueuedFrame } from '../../sensor/output/frame-source.ts';
import { Spool, type SpoolOptions } from '../../sensor/output/spool.ts';
import { findingsIn } from '../../sensor/output/spool-record.ts';
import type { SpooledFrames } from '../../sensor/output/spooled-frames.ts';
import type { SensorHello } from '../../shared/wire/messages.ts';
import { testFolder } from './folders.ts';

export function helloOf(epoch: number, kind: SensorHello['session']['kind'] = 'live', run = epoch): SensorHello {
  const session = { kind, name: 'dark0' };
  return {
    software: 'test',
    name: 'dark',
    epoch,
    run,
    session,
    place: null,
    prefixes: [],
    clock: { mode: 'live', speed: 1 },
  };
}

export const frameOf = (sequence: number, bytes = 1_000): QueuedFrame => {
  const content = new Uint8Array(bytes).fill(sequence);
  return { sequence, bytes: content, flows: 1, packets: sequence, findings: findingsIn(content) };
};

export async function spoolFolder(): Promise<string> {
  return join(await testFolder(), 'spool');
}

export function openSpool(folder: string, options: Partial<SpoolOptions> = {}): Spool {
  return new Spool({
    folder,
    maxBytes: 160_000,
    keepFreeBytes: 0,
    windowBytes: 8_000,
    log: () => undefined,
    ...options,
  });
}

export function pushAll(frames: SpooledFrames, first: number, last: number, bytes?: number): void {
  for (let sequence = first; sequence <= last; sequence++) frames.push(frameOf(sequence, bytes));
}

/** Sequences that come when everything is sent and acknowledged, one after another. */
export function deliverAll(frames: SpooledFrames): number[] {
  const sequences: number[] = [];
  for (let next = frames.takeUnsent(); next !== null; next = frames.takeUnsent()) {
    if (next.bytes.some((byte) => byte !== (next!.sequence & 255)))
      throw new Error(`frame ${next.sequence} is not what it was`);
    sequences.push(next.sequence);
    frames.acknowledge(next.sequence);
  }
  return sequences;
}

export const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);
