/** Writes packets as a pcapng file (draft-ietf-opsawg-pcapng), for tcpdump and whoever else reads such. */

/** A packet as it was captured, wherever it is kept. */
export interface CapturedPacket {
  /** Whole seconds since 1970 UTC, and nanoseconds within the second. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** https://www.tcpdump.org/linktypes.html */
  readonly linkType: number;
  /** Bytes on the wire; `bytes` are those of them that were captured. */
  readonly originalLength: number;
  readonly bytes: Uint8Array;
}

export interface PcapngOptions {
  /** Says where the packets come from. It stands in the section's header. */
  readonly comment?: string;
  /** What wrote the file, such as `Kurayami 0.1.0`. */
  readonly application?: string;
}

const BlockType = { section: 0x0a0d0d0a, interface: 1, enhancedPacket: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OptionCode = { end: 0, comment: 1, application: 4, timeResolution: 9 } as const;
/** Nanoseconds. */
const TIME_RESOLUTION = 9;
const FRAME_BYTES = 12;
const SECTION_BYTES = 16;
const INTERFACE_BYTES = 8;
const PACKET_BYTES = 20;
/** An option's length is a u16. */
const MAX_TEXT_BYTES = 60_000;
const NANOSECONDS = 1_000_000_000n;

type Bytes = Uint8Array<ArrayBuffer>;

/** The whole file. One interface for each link type, in the order of their first packets. */
export function writePcapng(packets: readonly CapturedPacket[], options: PcapngOptions = {}): Bytes {
  const linkTypes = [...new Set(packets.map(({ linkType }) => linkType))];
  const { comment, application } = options;
  const texts = [
    ...(comment ? [textOption(OptionCode.comment, comment)] : []),
    ...(application ? [textOption(OptionCode.application, application)] : []),
  ];
  const head = texts.reduce((sum, text) => sum + text.length, 0) + (texts.length > 0 ? 4 : 0);
  const whole = packets.reduce(
    (sum, { bytes }) => sum + FRAME_BYTES + PACKET_BYTES + padded(bytes.length),
    FRAME_BYTES + SECTION_BYTES + head + linkTypes.length * (FRAME_BYTES + INTERFACE_BYTES + 12),
  );
  const writer = new BlockWriter(whole);
  writer.section(texts, head);
  for (const linkType of linkTypes) writer.interface(linkType);
  for (const packet of packets) writer.packet(linkTypes.indexOf(packet.linkType), packet);
  return writer.bytes;
}

const padded = (length: number) => (length + 3) & ~3;

function textOption(code: number, text: string): Bytes {
  // A reader that shows a comment may be a terminal.
  const plain = text.replace(/\p{C}/gu, ' ');
  let bytes = new TextEncoder().encode(plain);
  if (bytes.length > MAX_TEXT_BYTES) bytes = bytes.slice(0, MAX_TEXT_BYTES);
  const option = new Uint8Array(4 + padded(bytes.length));
  const view = new DataView(option.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, bytes.length, true);
  option.set(bytes, 4);
  return option;
}

class BlockWriter {
  readonly bytes: Bytes;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: number) {
    this.bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  section(texts: readonly Bytes[], optionBytes: number): void {
    this.#begin(BlockType.section, SECTION_BYTES + optionBytes);
    this.#u32(BYTE_ORDER_MAGIC);
    this.#u16(1);
    this.#u16(0);
    // The section's length is not told: -1.
    this.#u32(0xffffffff);
    this.#u32(0xffffffff);
    for (const text of texts) this.#put(text);
    if (texts.length > 0) this.#u32(OptionCode.end);
    this.#end(SECTION_BYTES + optionBytes);
  }

  interface(linkType: number): void {
    this.#begin(BlockType.interface, INTERFACE_BYTES + 12);
    this.#u16(linkType);
    this.#u16(0);
    // No limit: each packet says how much of it is there.
    this.#u32(0);
    this.#u16(OptionCode.timeResolution);
    this.#u16(1);
    this.#u32(TIME_RESOLUTION);
    this.#u32(OptionCode.end);
    this.#end(INTERFACE_BYTES + 12);
  }

  packet(number: number, { seconds, nanoseconds, originalLength, bytes }: CapturedPacket): void {
    const body = PACKET_BYTES + padded(bytes.length);
    const ticks = BigInt(Math.max(0, Math.floor(seconds) || 0)) * NANOSECONDS + BigInt(nanoseconds);
    this.#begin(BlockType.enhancedPacket, body);
    this.#u32(number);
    this.#u32(Number((ticks >> 32n) & 0xffffffffn));
    this.#u32(Number(ticks & 0xffffffffn));
    this.#u32(bytes.length);
    this.#u32(Math.max(originalLength, bytes.length));
    this.#put(bytes);
    this.#at += padded(bytes.length) - bytes.length;
    this.#end(body);
  }

  #begin(type: number, bodyBytes: number): void {
    this.#u32(type);
    this.#u32(FRAME_BYTES + bodyBytes);
  }

  #end(bodyBytes: number): void {
    this.#u32(FRAME_BYTES + bodyBytes);
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  #put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}
