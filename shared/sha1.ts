/**
 * SHA-1 (FIPS 180-4) of short messages: one block and no allocation for each. Community ID is made with it, which asks for
 * nothing secret: SHA-1 must not be used for anything that must resist an attacker.
 */

/** More would need a second block. */
export const MAX_MESSAGE_BYTES = 55;

export class ShortSha1 {
  /** The message is put here, from the first byte on. */
  readonly message = new Uint8Array(64);
  /** The 20 bytes of the last hash. */
  readonly hash = new Uint8Array(20);
  readonly #messageView = new DataView(this.message.buffer);
  readonly #hashView = new DataView(this.hash.buffer);
  readonly #schedule = new Int32Array(80);

  /** Hashes the first `length` bytes of `message` into `hash`. The rest of `message` is overwritten. Throws RangeError. */
  digest(length: number): void {
    if (length > MAX_MESSAGE_BYTES) throw new RangeError(`${length} bytes do not fit one block of SHA-1`);
    this.message.fill(0, length);
    this.message[length] = 0x80;
    this.#messageView.setUint32(60, length * 8);
    this.#fillSchedule();
    this.#rounds();
  }

  #fillSchedule(): void {
    const words = this.#schedule;
    for (let i = 0; i < 16; i++) words[i] = this.#messageView.getInt32(i * 4);
    for (let i = 16; i < 80; i++) {
      const word = words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!;
      words[i] = (word << 1) | (word >>> 31);
    }
  }

  #rounds(): void {
    const words = this.#schedule;
    let a = 0x67452301;
    let b = 0xefcdab89 | 0;
    let c = 0x98badcfe | 0;
    let d = 0x10325476;
    let e = 0xc3d2e1f0 | 0;
    for (let i = 0; i < 80; i++) {
      let mixed: number;
      if (i < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
      else if (i < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
      else if (i < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
      else mixed = (b ^ c ^ d) + 0xca62c1d6;
      const next = (((a << 5) | (a >>> 27)) + mixed + e + words[i]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    const hash = this.#hashView;
    hash.setInt32(0, 0x67452301 + a);
    hash.setInt32(4, 0xefcdab89 + b);
    hash.setInt32(8, 0x98badcfe + c);
    hash.setInt32(12, 0x10325476 + d);
    hash.setInt32(16, 0xc3d2e1f0 + e);
  }
}
