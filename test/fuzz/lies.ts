/** What all made packets have in common: bytes, numbers, lengths that lie, and arbitraries that are nested to a depth. */
import fc from 'fast-check';

export type Bytes = Uint8Array<ArrayBuffer>;
export type BytesArbitrary = fc.Arbitrary<Bytes>;

/** An IP packet or what else has an EtherType. */
export interface Typed {
  etherType: number;
  bytes: Bytes;
}

export interface Transport {
  protocol: number;
  bytes: Bytes;
}

/** What is put in place of the true value: a number, something added to it, or nothing (null). */
export type Lie = { set: number } | { add: number } | null;

const edges = [0, 1, 2, 3, 4, 5, 7, 8, 19, 20, 39, 40, 0x7f, 0xff, 0x7fff, 0x8000, 0xffff];
export const lie: fc.Arbitrary<Lie> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.record({ set: fc.constantFrom(...edges) }) },
  {
    weight: 1,
    arbitrary: fc.record({ add: fc.oneof(fc.constantFrom(-4, -2, -1, 1, 2, 4), fc.integer({ min: -12, max: 12 })) }),
  },
);

export function told(truth: number, it: Lie): number {
  return it === null ? truth : 'set' in it ? it.set : Math.max(0, truth + it.add);
}

export const byte = fc.integer({ min: 0, max: 255 });
export const half = fc.integer({ min: 0, max: 0xffff });
export const word = fc.integer({ min: 0, max: 0xffffffff });
export const someBytes = (maxLength: number): BytesArbitrary =>
  fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes));
export const rarely = <T>(usual: T, other: fc.Arbitrary<T>, weight = 9) =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

/** One arbitrary for each depth, made when it is asked for. */
export function byDepth<T>(make: (depth: number) => fc.Arbitrary<T>): (depth: number) => fc.Arbitrary<T> {
  const made = new Map<number, fc.Arbitrary<T>>();
  return (depth) => {
    const found = made.get(depth) ?? make(depth);
    made.set(depth, found);
    return found;
  };
}

/** A packet, or the beginning of one. */
export const cutShort = (bytes: BytesArbitrary) =>
  fc.tuple(bytes, rarely(65_535, fc.nat({ max: 80 }), 5)).map(([whole, length]) => whole.slice(0, length));
