/** Masks for different sets of watched blocks, kept at hand: sensors come back, and many watch the same. */
import { TargetSlots } from './target-slots.ts';

const MAX_TABLES = 64;

export class SlotTables {
  readonly #key: Uint8Array;
  /** Least recently used first. */
  readonly #tables = new Map<string, TargetSlots>();

  constructor(installationKey: Uint8Array) {
    this.#key = installationKey;
  }

  of(prefixes: readonly string[]): TargetSlots {
    const name = prefixes.join(' ');
    const slots = this.#tables.get(name) ?? new TargetSlots(this.#key, prefixes);
    this.#tables.delete(name);
    this.#tables.set(name, slots);
    if (this.#tables.size > MAX_TABLES) this.#tables.delete(this.#tables.keys().next().value!);
    return slots;
  }
}
