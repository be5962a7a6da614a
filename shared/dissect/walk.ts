/** Where a dissection stands in a packet, and what it has found. All bounds are checked here, and only here. */
import { formatIpv4, formatIpv6 } from '../address.ts';
import type { DissectedField, DissectedLayer, DissectNote, FieldName } from './names.ts';

/** Real packets have a dozen layers; one of nothing but headers must not cost more than anybody would look at. */
export const MAX_LAYERS = 160;
const MAX_FIELDS = 1_000;
/** A value of a field that the sender wrote. */
const MAX_TEXT_BYTES = 120;

/** Reads one header at `walk.start`: adds its layer, moves `walk` behind it, and says what comes next (next.ts). */
export type Step = (walk: Walk) => number;

export class Walk {
  readonly view: DataView;
  readonly layers: DissectedLayer[] = [];
  /** First byte of what is read next, and the end of what was captured of it. */
  start = 0;
  end: number;
  /** Where the packet ended on the wire: beyond `end` when the capture cut it short. */
  wireEnd: number;
  /** Of the last IP header: its family, where it is, where its packet ends by its own word, and what part of a packet it is. */
  family: 4 | 6 = 4;
  ipStart = 0;
  ipEnd = 0;
  fragment: 'whole' | 'first' | 'later' = 'whole';
  /** Another than the two addresses names an end of the way: the checksum was made with that. */
  rerouted = false;
  /** IP protocol, or EtherType, that led here. */
  type = 0;
  #fields = 0;

  constructor(bytes: Uint8Array, originalLength: number) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.end = bytes.length;
    this.wireEnd = Math.max(bytes.length, originalLength);
  }

  get available(): number {
    return this.end - this.start;
  }

  get layer(): DissectedLayer {
    return this.layers[this.layers.length - 1]!;
  }

  /** Adds the layer of a header of `length` bytes at `start`. False where not all of them are there. */
  begin(name: string, length: number): boolean {
    const isWhole = length <= this.available;
    this.layers.push({ name, offset: this.start, length: Math.max(0, Math.min(length, this.available)), fields: [] });
    if (!isWhole) this.note('cutOff');
    return isWhole;
  }

  /** The header turned out to be longer, or shorter, than its first bytes said. */
  resize(length: number): boolean {
    this.layer.length = Math.max(0, Math.min(length, this.available));
    if (length > this.available) this.note('cutOff');
    return length <= this.available;
  }

  /** The first that is said of a layer stays: what comes later follows from it. */
  note(note: DissectNote): void {
    this.layer.note ??= note;
  }

  /** Whether `length` bytes are there, from `at` bytes behind the header's begin. */
  has(at: number, length: number): boolean {
    return at >= 0 && this.start + at + length <= this.end;
  }

  /** A byte that is known to be there. */
  byte(at: number): number {
    return this.view.getUint8(this.start + at);
  }

  word(at: number): number {
    return this.view.getUint16(this.start + at);
  }

  /** A field of the last layer, `at` bytes behind `start`; nothing where its bytes are not all there. */
  add(name: FieldName, at: number, length: number, value: () => string, note?: DissectNote): DissectedField | null {
    if (!this.has(at, length)) {
      this.note('cutOff');
      return null;
    }
    if (this.#fields >= MAX_FIELDS) {
      this.note('tooMany');
      return null;
    }
    this.#fields++;
    const field: DissectedField = { name, value: value(), offset: this.start + at, length };
    if (note !== undefined) field.note = note;
    this.layer.fields.push(field);
    return field;
  }

  /** A number of one, two or four bytes; -1 where it is not there. */
  number(name: FieldName, at: number, length: 1 | 2 | 4, format: (value: number) => string = String): number {
    const value = this.has(at, length) ? this.#read(at, length) : -1;
    this.add(name, at, length, () => format(value));
    return value;
  }

  #read(at: number, length: 1 | 2 | 4): number {
    if (length === 1) return this.byte(at);
    return length === 2 ? this.word(at) : this.view.getUint32(this.start + at);
  }

  address(name: FieldName, at: number, family: 4 | 6): void {
    this.add(name, at, family === 4 ? 4 : 16, () => addressAt(this.view, this.start + at, family));
  }

  hardware(name: FieldName, at: number, length = 6): void {
    this.add(name, at, length, () => hexOf(this.view, this.start + at, length, ':'));
  }

  hex(name: FieldName, at: number, length: number): void {
    const shown = Math.min(length, MAX_TEXT_BYTES);
    this.add(name, at, length, () => hexOf(this.view, this.start + at, shown, ' ') + (shown < length ? ' …' : ''));
  }

  text(name: FieldName, at: number, length: number): void {
    this.add(name, at, length, () => printable(this.view, this.start + at, length));
  }
}

/** The address at a place whose bytes are there. */
export function addressAt(view: DataView, at: number, family: 4 | 6): string {
  if (family === 4) return formatIpv4(view.getUint32(at));
  return formatIpv6([0, 4, 8, 12].map((word) => view.getUint32(at + word)));
}

export function hexOf(view: DataView, at: number, length: number, between: string): string {
  const digits: string[] = [];
  for (let index = 0; index < length; index++)
    digits.push(
      view
        .getUint8(at + index)
        .toString(16)
        .padStart(2, '0'),
    );
  return digits.join(between);
}

/** What a stranger wrote, as ASCII that can be seen: nothing of it steers a terminal or turns the direction of letters. */
export function printable(view: DataView, at: number, length: number): string {
  let text = '';
  for (let index = 0; index < Math.min(length, MAX_TEXT_BYTES); index++) {
    const byte = view.getUint8(at + index);
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return length > MAX_TEXT_BYTES ? `${text}…` : text;
}

export const hexNumber = (digits: number) => (value: number) => `0x${value.toString(16).padStart(digits, '0')}`;
