/** Fields and the bytes that they are made of: which belongs to which. No DOM. */
import type { DissectedField, DissectedLayer } from '../../../shared/dissect/names.ts';

/** A layer of the packet, and a field of it; -1 for the layer itself. */
export interface Choice {
  readonly layer: number;
  readonly field: number;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export function bytesOf(layers: readonly DissectedLayer[], { layer, field }: Choice): ByteRange {
  const of = layers[layer];
  return (field < 0 ? of : of?.fields[field]) ?? { offset: 0, length: 0 };
}

/** The smallest field that has the byte, else the layer; null where there is none. Of equals the later, which says more. */
export function choiceOfByte(layers: readonly DissectedLayer[], at: number): Choice | null {
  const has = ({ offset, length }: ByteRange) => at >= offset && at < offset + length;
  const layer = layers.findIndex(has);
  if (layer < 0) return null;
  const { fields } = layers[layer]!;
  let best = -1;
  for (const [index, field] of fields.entries())
    if (has(field) && (best < 0 || field.length <= (fields[best] as DissectedField).length)) best = index;
  return { layer, field: best };
}

/** The item that the keyboard goes to: layers and, of those that are open, fields, one below the other. */
export function neighbour(
  layers: readonly DissectedLayer[],
  isOpen: readonly boolean[],
  { layer, field }: Choice,
  by: 1 | -1,
): Choice {
  const items = visible(layers, isOpen);
  const at = items.findIndex((item) => item.layer === layer && item.field === field);
  return items[Math.max(0, Math.min(items.length - 1, at + by))] ?? { layer, field };
}

export function visible(layers: readonly DissectedLayer[], isOpen: readonly boolean[]): Choice[] {
  return layers.flatMap(({ fields }, layer) => [
    { layer, field: -1 },
    ...(isOpen[layer] ? fields.map((_, field) => ({ layer, field })) : []),
  ]);
}
