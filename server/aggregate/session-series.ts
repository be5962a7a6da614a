/**
 * The open bins of one session, and the way of a flow into all of them. Only newer bins take the place of open ones: what
 * is older than all that is open in its place has its sums, and is counted in those coarser bins that are open still.
 */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import { SeriesDimension, SeriesResolution } from '../store/ingest-commit.ts';
import type { HashKey } from './keyed-hash.ts';
import type { RowBuffer } from './row-buffer.ts';
import { SketchPage, SumPage } from './series-pages.ts';
import { MAX_SLOTS, SeriesSlots, TOTAL_SLOT } from './series-slots.ts';
import type { SketchPool } from './sketch-pool.ts';

const OPEN_SECONDS = 64;
const OPEN_MINUTES = 4;
/** Of a level above minutes: this bin and the one before it. */
const OPEN_ABOVE = 2;
/**
 * A clock that was ahead is set right: when so many minutes in a row are all so much older than the newest, what is newer
 * than they are gives way to them. A sensor that catches up beside another never sends so much between two of its frames.
 */
const BEHIND_SECONDS = 3_600;
const MINUTES_BEHIND = 60;
/** In a second's page: traffic classes by their id, then the total. */
const SECOND_SLOTS = 257;
const SECOND_TOTAL = 256;
const {
  class: byClass,
  protocol: byProtocol,
  country: byCountry,
  sensor: bySensor,
  tag: byTag,
  radiation: byRadiation,
} = SeriesDimension;
const { second, minute, fiveMinutes, hour, day } = SeriesResolution;

interface Minute {
  readonly sums: SumPage;
  /** None for a minute that came too late. */
  readonly sketches: SketchPage | null;
}

interface MinutePlace {
  readonly open: Minute & { readonly sketches: SketchPage };
  /** Made when the first comes too late. */
  late: Minute | null;
}

export class SessionSeries {
  readonly session: number;
  readonly slots: SeriesSlots;
  readonly #out: RowBuffer;
  readonly #seconds = Array.from({ length: OPEN_SECONDS }, () => new SumPage(SECOND_SLOTS));
  readonly #minutes: readonly MinutePlace[];
  readonly #above: readonly { resolution: number; pages: readonly SketchPage[] }[];
  /** What was stored already comes again: older minutes in a row say nothing about a clock. */
  isReadAgain = false;
  #newestMinute = Number.NEGATIVE_INFINITY;
  #behindMinute = Number.NEGATIVE_INFINITY;
  #minutesBehind = 0;

  constructor(session: number, secret: HashKey, pool: SketchPool, out: RowBuffer) {
    this.session = session;
    this.slots = new SeriesSlots(secret);
    this.#out = out;
    const sketches = () => new SketchPage(pool);
    this.#minutes = Array.from({ length: OPEN_MINUTES }, () => ({
      open: { sums: new SumPage(MAX_SLOTS), sketches: sketches() },
      late: null,
    }));
    this.#above = [fiveMinutes, hour, day].map((resolution) => ({
      resolution,
      pages: Array.from({ length: OPEN_ABOVE }, sketches),
    }));
  }

  add(batch: FlowBatch, row: number, source: number, target: number): void {
    const packets = batch.packets[row]!;
    const bytes = batch.wireBytes[row]!;
    const at = batch.interval[row]!;
    const trafficClass = batch.class[row]!;
    const ofSecond = this.#second(at);
    ofSecond.count(SECOND_TOTAL, packets, bytes);
    ofSecond.count(trafficClass, packets, bytes);
    const bin = at - (at % minute);
    if (bin < this.#newestMinute - BEHIND_SECONDS) this.#noteBehind(bin);
    else this.#minutesBehind = 0;
    const page = this.#minute(bin);
    const { slots } = this;
    const protocol = batch.protocol[row]!;
    this.#count(page, TOTAL_SLOT, packets, bytes, source, target);
    this.#count(page, slots.of(byClass, trafficClass), packets, bytes, source, target);
    this.#count(page, slots.of(byRadiation, batch.radiation[row]!), packets, bytes, source, target);
    this.#count(page, slots.of(byProtocol, protocol), packets, bytes, source, target);
    const isTcp = protocol === IpProtocol.tcp;
    if ((isTcp || protocol === IpProtocol.udp) && batch.fragment[row] !== Fragment.later) {
      const slot = slots.ofPort(isTcp, batch.targetPort[row]!, packets, bin);
      this.#count(page, slot, packets, bytes, source, target);
    }
    this.#count(page, slots.of(byCountry, batch.country[row]!), packets, bytes, source, target);
    this.#count(page, slots.of(bySensor, batch.sensor[row]!), packets, bytes, source, target);
    this.#count(page, slots.ofNetwork(batch.asn[row]!, packets, bin), packets, bytes, source, target);
    const low = batch.tagsLow[row]!;
    const high = batch.tagsHigh[row]!;
    if ((low | high) === 0) return;
    for (let bit = 0; bit < 32; bit++) {
      if ((low >>> bit) & 1) this.#count(page, slots.of(byTag, bit), packets, bytes, source, target);
      if ((high >>> bit) & 1) this.#count(page, slots.of(byTag, bit + 32), packets, bytes, source, target);
    }
  }

  #count(page: Minute, slot: number, packets: number, bytes: number, source: number, target: number): void {
    page.sums.count(slot, packets, bytes);
    const { sketches } = page;
    if (sketches === null || sketches.addSource(slot, source)) this.#raiseSource(page.sums.bin, slot, source);
    if (sketches === null || sketches.addTarget(slot, target)) this.#raiseTarget(page.sums.bin, slot, target);
  }

  /** What is new in a minute may be new in the bins above; what is not new in one is not new in those above it. */
  #raiseSource(bin: number, slot: number, hash: number): void {
    for (let level = 0; level < 3; level++) {
      const page = this.#pageAbove(level, bin);
      if (page !== null && !page.addSource(slot, hash)) return;
    }
  }

  #raiseTarget(bin: number, slot: number, hash: number): void {
    for (let level = 0; level < 3; level++) {
      const page = this.#pageAbove(level, bin);
      if (page !== null && !page.addTarget(slot, hash)) return;
    }
  }

  #noteBehind(bin: number): void {
    if (this.isReadAgain || (this.#minutesBehind > 0 && bin === this.#behindMinute)) return;
    this.#behindMinute = bin;
    this.#minutesBehind += 1;
    if (this.#minutesBehind <= MINUTES_BEHIND) return;
    this.#minutesBehind = 0;
    this.#newestMinute = bin;
    for (const { open } of this.#minutes) if (open.sums.bin > bin) this.#closeMinute(open);
    for (const { resolution, pages } of this.#above)
      for (const page of pages) if (page.bin > bin) this.#closeAbove(page, resolution);
  }

  #second(at: number): SumPage {
    const page = this.#seconds[at % OPEN_SECONDS]!;
    if (page.bin !== at) {
      this.#takeSecond(page);
      page.bin = at;
    }
    return page;
  }

  #minute(bin: number): Minute {
    const place = this.#minutes[(bin / minute) % OPEN_MINUTES]!;
    const { open } = place;
    if (open.sums.bin === bin) return open;
    if (bin < open.sums.bin) {
      place.late ??= { sums: new SumPage(MAX_SLOTS), sketches: null };
      const { late } = place;
      if (late.sums.bin !== bin) this.#takeMinute(late);
      late.sums.bin = bin;
      return late;
    }
    this.#closeMinute(open);
    open.sums.bin = open.sketches.bin = bin;
    if (bin > this.#newestMinute) {
      if (this.#newestMinute !== Number.NEGATIVE_INFINITY) this.slots.endMinute(this.#newestMinute);
      this.#newestMinute = bin;
    }
    return open;
  }

  #closeMinute(open: Minute): void {
    this.#takeMinute(open);
    open.sketches?.clear();
    open.sums.bin = -1;
  }

  /** Null where a newer bin has its place. */
  #pageAbove(level: number, at: number): SketchPage | null {
    const { resolution, pages } = this.#above[level]!;
    const bin = at - (at % resolution);
    const page = pages[(bin / resolution) % OPEN_ABOVE]!;
    if (page.bin === bin) return page;
    if (bin < page.bin) return null;
    this.#closeAbove(page, resolution);
    page.bin = bin;
    return page;
  }

  #closeAbove(page: SketchPage, resolution: number): void {
    this.#takeAbove(page, resolution);
    page.clear();
  }

  /** The page of a bin, made empty where it is not open: for what is restored. */
  pageOf(resolution: number, bin: number): SketchPage | null {
    if (resolution === minute) return this.#minute(bin).sketches;
    const level = this.#above.findIndex((above) => above.resolution === resolution);
    return level < 0 ? null : this.#pageAbove(level, bin);
  }

  /** Hands out sums and what is distinct in minutes; with `above`, also what is distinct in coarser bins. */
  take(above: boolean): void {
    for (const page of this.#seconds) this.#takeSecond(page);
    for (const { open, late } of this.#minutes) {
      this.#takeMinute(open);
      if (late !== null) this.#takeMinute(late);
    }
    if (!above) return;
    for (const { resolution, pages } of this.#above) for (const page of pages) this.#takeAbove(page, resolution);
  }

  get hasChangesAbove(): boolean {
    return this.#above.some(({ pages }) => pages.some((page) => page.hasChanges));
  }

  /** All pages that are open, oldest resolution last. */
  *pages(): Iterable<{ resolution: number; page: SketchPage }> {
    for (const { open } of this.#minutes) if (open.sketches.bin >= 0) yield { resolution: minute, page: open.sketches };
    for (const { resolution, pages } of this.#above)
      for (const page of pages) if (page.bin >= 0) yield { resolution, page };
  }

  clear(): void {
    for (const { page } of this.pages()) page.clear();
  }

  #takeSecond(page: SumPage): void {
    page.takeSums(this.#out, (slot) =>
      slot === SECOND_TOTAL
        ? this.#out.push(second, SeriesDimension.total, this.session, page.bin, 0)
        : this.#out.push(second, byClass, this.session, page.bin, slot),
    );
  }

  #takeMinute({ sums, sketches }: Minute): void {
    sums.takeSums(this.#out, (slot) => {
      const row = this.#push(minute, sums.bin, slot);
      if (sketches !== null) this.#out.setDistinct(row, sketches.sources(slot), sketches.targets(slot));
      return row;
    });
  }

  #takeAbove(page: SketchPage, resolution: number): void {
    page.takeChanges(this.#out, (slot) => this.#push(resolution, page.bin, slot));
  }

  #push(resolution: number, bin: number, slot: number): number {
    return this.#out.push(resolution, this.slots.dimension[slot]!, this.session, bin, this.slots.key[slot]!);
  }
}
