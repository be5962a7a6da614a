/** The most recent packets, in files of DATA/packets: what comes is written behind the last, and the oldest file goes. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFrame, encodeFrame } from '../../shared/wire/frame.ts';
import { frameToPackets, packetsToFrame, type RawPackets } from '../../shared/wire/packets.ts';
import { nodePlatform } from '../ingest/platform.ts';
import { RingAccount } from './ring-account.ts';
import { readSegment, Segment } from './segment.ts';

/** A ring goes file by file: so much of it, and no more, goes at once. */
const SEGMENTS_OF_RING = 32;
const MIN_SEGMENT_BYTES = 64 << 10;
/** Each costs some memory; a slow sensor sends small ones. */
const MAX_FRAMES = 200_000;
const LIVE_SESSION = 0;
const HOUR_SECONDS = 3_600;

export interface PacketRingOptions {
  /** Made when the first packets come. */
  readonly folder: string;
  readonly keepBytes: number;
  readonly log: (message: string) => void;
  /** Last sequence that is stored of a sensor's epoch. */
  readonly position: (sensor: number, epoch: number) => Promise<number>;
}

export interface PacketAccount {
  readonly present: number;
  readonly expired: number;
  readonly missing: number;
}

/** Retention takes live flows by the hour, and so a file has packets of one; other sessions go whole. */
function hourOf(session: number, { seconds, length }: RawPackets): number {
  return session === LIVE_SESSION && length > 0 ? Math.floor(seconds[0]! / HOUR_SECONDS) : 0;
}

export class PacketRing {
  readonly #options: PacketRingOptions;
  readonly #segmentBytes: number;
  /** Oldest first. */
  #segments: Segment[] = [];
  #current = new Map<number, Segment>();
  /** Of capture time, that the current file of a session is for. */
  readonly #hours = new Map<number, number>();
  readonly #known = new Set<string>();
  #account: RingAccount;
  #next = 1;
  #frames = 0;

  constructor(options: PacketRingOptions) {
    this.#options = options;
    this.#segmentBytes = Math.max(MIN_SEGMENT_BYTES, Math.floor(options.keepBytes / SEGMENTS_OF_RING));
    this.#account = new RingAccount(this.#path('account.json'));
  }

  #path(name: string): string {
    return join(this.#options.folder, name);
  }

  /** Takes over what an earlier run left. */
  async start(): Promise<void> {
    const { folder, log } = this.#options;
    if (!existsSync(folder)) return;
    const segments: Segment[] = [];
    for (const { name, number } of this.#files()) {
      this.#next = number + 1;
      const read = readSegment(this.#path(name), number);
      if (read === null) log(`${name} in ${folder} holds no packets of ours, and is left alone`);
      else segments.push(read.segment);
      if (read !== null && read.cutBytes > 0)
        log(`the last ${read.cutBytes} bytes of ${name} were not whole, and are cut off`);
    }
    const positions = await this.#positions(segments);
    for (const segment of segments) {
      segment.keepOnly(({ sensor, epoch, sequence }) => sequence <= positions.get(`${sensor}/${epoch}`)!);
      this.#take(segment);
    }
    this.#makeRoom();
  }

  /** Files by number, without the one that was leaving when the last run ended. */
  #files(): { name: string; number: number }[] {
    const files = readdirSync(this.#options.folder).flatMap((name) => {
      const number = Number(/^(\d{1,12})\.packets$/.exec(name)?.[1] ?? Number.NaN);
      return Number.isNaN(number) ? [] : [{ name, number }];
    });
    const { leaving } = this.#account;
    if (leaving !== null) rmSync(this.#path(leaving), { force: true });
    return files.filter(({ name }) => name !== leaving).sort((a, b) => a.number - b.number);
  }

  async #positions(segments: readonly Segment[]): Promise<Map<string, number>> {
    const positions = new Map<string, number>();
    for (const { sensor, epoch } of segments.flatMap(({ frames }) => frames)) {
      const key = `${sensor}/${epoch}`;
      if (!positions.has(key)) positions.set(key, await this.#options.position(sensor, epoch));
    }
    return positions;
  }

  #take(segment: Segment): void {
    this.#segments.push(segment);
    this.#frames += segment.frames.length;
    for (const { sensor, epoch, sequence } of segment.frames) this.#known.add(`${sensor}/${epoch}/${sequence}`);
  }

  /** What the ledgers know to have come, and is neither here nor counted as gone: it is missing. */
  settle(received: ReadonlyMap<number, number>): void {
    for (const [session, packets] of received) {
      const { present, expired, missing } = this.account(session);
      const lost = packets - present - expired - missing;
      if (lost <= 0) continue;
      this.#options.log(`${lost} packets of session ${session} are in no file any more`);
      this.#account.add(session, { missing: lost });
    }
  }

  /** Durable as far as the system keeps what is written. A frame that is here already is not written again. Throws what the disk says. */
  append(session: number, sensor: number, batch: RawPackets, epoch: number, sequence: number): void {
    const key = `${sensor}/${epoch}/${sequence}`;
    if (this.#known.has(key)) return;
    const frame = encodeFrame(packetsToFrame(batch, epoch, sequence), { platform: nodePlatform });
    this.#segmentFor(session, frame.length, hourOf(session, batch)).append(sensor, frame, batch, epoch, sequence);
    this.#known.add(key);
    this.#frames++;
    this.#makeRoom();
  }

  #segmentFor(session: number, bytes: number, hour: number): Segment {
    const current = this.#current.get(session);
    const isSameHour = current !== undefined && this.#hours.get(session) === hour;
    if (isSameHour && current.bytes + bytes <= this.#segmentBytes) return current;
    this.#hours.set(session, hour);
    current?.close();
    if (this.#segments.length === 0) mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
    const number = this.#next++;
    const segment = new Segment(this.#path(`${String(number).padStart(12, '0')}.packets`), number, session);
    segment.begin();
    this.#current.set(session, segment);
    this.#segments.push(segment);
    return segment;
  }

  /** The file that is written to stays, however little may be kept. */
  #makeRoom(): void {
    let bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    while (this.#segments.length > 1 && (bytes > this.#options.keepBytes || this.#frames > MAX_FRAMES)) {
      const [oldest] = this.#segments.splice(0, 1);
      bytes -= oldest!.bytes;
      this.#remove(oldest!);
    }
  }

  #remove(segment: Segment): void {
    segment.close();
    if (this.#current.get(segment.session) === segment) this.#current.delete(segment.session);
    const name = segment.path.slice(this.#options.folder.length + 1);
    this.#account.add(segment.session, { expired: segment.packets }, name);
    rmSync(segment.path, { force: true });
    this.#frames -= segment.frames.length;
    for (const { sensor, epoch, sequence } of segment.frames) this.#known.delete(`${sensor}/${epoch}/${sequence}`);
  }

  /** All packets of a session go, as its flows did. */
  forget(session: number): void {
    const [gone, kept] = [
      this.#segments.filter((segment) => segment.session === session),
      this.#segments.filter((segment) => segment.session !== session),
    ];
    this.#segments = kept;
    for (const segment of gone) this.#remove(segment);
  }

  /** Files that have no packet at or behind that moment go, as flows of that time did. */
  expire(session: number, beforeSeconds: number): void {
    const isOld = (segment: Segment) =>
      segment.session === session && segment.frames.every(({ lastSeconds }) => lastSeconds < beforeSeconds);
    const gone = this.#segments.filter(isOld);
    if (gone.length === 0) return;
    this.#segments = this.#segments.filter((segment) => !isOld(segment));
    for (const segment of gone) this.#remove(segment);
  }

  /** Those that have packets here. */
  sessions(): number[] {
    return [...new Set(this.#segments.map(({ session }) => session))];
  }

  account(session: number): PacketAccount {
    const present = this.#segments.reduce((sum, each) => sum + (each.session === session ? each.packets : 0), 0);
    return { present, ...this.#account.of(session) };
  }

  /** Of the oldest packet of a session that is kept; null for none. */
  oldestSeconds(session: number): number | null {
    const frames = this.#segments.flatMap((segment) => (segment.session === session ? segment.frames : []));
    return frames.length === 0
      ? null
      : frames.reduce((least, each) => Math.min(least, each.firstSeconds), Number.POSITIVE_INFINITY);
  }

  /** Frames that may have packets of [fromSeconds, toSeconds), oldest first. A file that goes meanwhile ends it. */
  async *frames(session: number, fromSeconds: number, toSeconds: number): AsyncGenerator<RawPackets> {
    const wanted = this.#segments.filter((segment) => segment.session === session);
    for (const segment of wanted) {
      const frames = segment.frames.filter(
        (each) => each.lastSeconds >= Math.floor(fromSeconds) && each.firstSeconds < toSeconds,
      );
      if (frames.length === 0) continue;
      const file = await open(segment.path, 'r').catch(() => null);
      if (file === null) continue;
      try {
        for (const { offset, bytes } of frames) {
          const { buffer, bytesRead } = await file.read(new Uint8Array(bytes), 0, bytes, offset);
          if (bytesRead === bytes) yield frameToPackets(decodeFrame(buffer, nodePlatform));
        }
      } finally {
        await file.close();
      }
    }
  }

  stop(): void {
    for (const segment of this.#segments) segment.close();
  }
}
