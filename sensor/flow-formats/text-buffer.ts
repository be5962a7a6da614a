/** Bytes of text on their way out: grows as needed, is handed on and used again. Numbers are written as digits without a string in between. */
import { formatIpv6 } from '../../shared/address.ts';

const FIRST_BYTES = 1 << 20;
const ZERO = 0x30;
const DOT = 0x2e;

export class TextBuffer {
  bytes = new Uint8Array(FIRST_BYTES);
  length = 0;

  /** Makes room for `more` bytes. The writers below do not check. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  putByte(byte: number): void {
    this.bytes[this.length++] = byte;
  }

  putBytes(bytes: Uint8Array): void {
    // A call of `set` costs more than a few bytes.
    for (let i = 0; i < bytes.length; i++) this.bytes[this.length + i] = bytes[i]!;
    this.length += bytes.length;
  }

  putAscii(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.length + i] = text.charCodeAt(i);
    this.length += text.length;
  }

  /** A whole number from 0 to 2^53 - 1. */
  putNumber(value: number): void {
    if (value < 10) {
      this.bytes[this.length++] = ZERO + value;
      return;
    }
    let digits = 2;
    for (let limit = 100; value >= limit; limit *= 10) digits++;
    this.putPadded(value, digits);
  }

  /** The last `digits` digits of a whole number, zeros in front. */
  putPadded(value: number, digits: number): void {
    let rest = value;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      // 32-bit division is several times as fast where the number fits.
      const tenth = rest < 0x7fffffff ? ((rest | 0) / 10) | 0 : Math.floor(rest / 10);
      this.bytes[at] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
    this.length += digits;
  }

  putIpv4(word: number): void {
    this.putNumber(word >>> 24);
    this.bytes[this.length++] = DOT;
    this.putNumber((word >>> 16) & 255);
    this.bytes[this.length++] = DOT;
    this.putNumber((word >>> 8) & 255);
    this.bytes[this.length++] = DOT;
    this.putNumber(word & 255);
  }

  /** Four words at `at`. */
  putIpv6(words: Uint32Array, at: number): void {
    this.putAscii(formatIpv6(words, at));
  }
}
