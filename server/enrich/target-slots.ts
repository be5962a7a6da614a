/** Masks for targets, keyed by the installation. */
import { createHmac } from 'node:crypto';
import { KeyedSlots, ROUNDS } from './keyed-slots.ts';

export class TargetSlots extends KeyedSlots {
  /** `key` is the installation's; `prefixes` are those of the sensor. */
  constructor(key: Uint8Array, prefixes: readonly string[]) {
    const digest = createHmac('sha256', key).update(prefixes.join(' ')).digest();
    super(
      Uint32Array.from({ length: ROUNDS }, (_, round) => digest.readUInt32LE(round * 4)),
      prefixes,
    );
  }
}
