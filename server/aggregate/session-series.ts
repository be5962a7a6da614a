/** The open bins of one session, and the way of a flow into all of them. */
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
/** In a second's page: traffic classes by their id, then the total. */
const SECOND_SLOTS = 257;
const SECOND_TOTAL = 256;
const { class: byClass, protocol: byProtocol, country: byCountry, sensor: bySensor, tag: byTag } = SeriesDimension;
const { second, minute, fiveMinutes, hour, day } = SeriesResolution;

interface Minute {
  readonly sums: SumPage;
  readonly sketches: SketchPage;
}

export class SessionSeries {
  readonly session: number;
  readonly slots: SeriesSlots;
  readonly #out: RowBuffer;
  readonly #seconds = Array.from({ length: OPEN_SECONDS }, () => new SumPage(SECOND_SLOTS));
  readonly #minutes: readonly Minute[];
  readonly #above: readonly { resolution: number; pages: readonly SketchPage[] }[];
  #newestMinute = Number.NEGATIVE_INFINITY;

  constructor(session: number, secret: HashKey, pool: SketchPool, out: RowBuffer) {
    this.session = session;
    this.slots = new SeriesSlots(secret);
    this.#out = out;
    const sketches = () => new SketchPage(pool);
    this.#minutes = Array.from({ length: OPEN_MINUTES }, () => ({
      sums: new SumPage(MAX_SLOTS),
      sketches: sketches(),
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
    const page = this.#minute(bin);
    const { slots } = this;
    const protocol = batch.protocol[row]!;
    this.#count(page, TOTAL_SLOT, packets, bytes, source, target);
    this.#count(page, slots.of(byClass, trafficClass), packets, bytes, source, target);
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
    if (page.sketches.addSource(slot, source)) this.#raiseSource(page.sums.bin, slot, source);
    if (page.sketches.addTarget(slot, target)) this.#raiseTarget(page.sums.bin, slot, target);
  }

  /** What is new in a minute may be new in the bins above; what is not new in one is not new in those above it. */
  #raiseSource(bin: number, slot: number, hash: number): void {
    for (let level = 0; level < 3; level++) if (!this.#pageAbove(level, bin).addSource(slot, hash)) return;
  }

  #raiseTarget(bin: number, slot: number, hash: number): void {
    for (let level = 0; level < 3; level++) if (!this.#pageAbove(level, bin).addTarget(slot, hash)) return;
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
    const page = this.#minutes[(bin / minute) % OPEN_MINUTES]!;
    if (page.sums.bin !== bin) {
      this.#takeMinute(page);
      page.sketches.clear();
      page.sums.bin = page.sketches.bin = bin;
      if (bin > this.#newestMinute) {
        if (this.#newestMinute !== Number.NEGATIVE_INFINITY) this.slots.endMinute(this.#newestMinute);
        this.#newestMinute = bin;
      }
    }
    return page;
  }

  #pageAbove(level: number, at: number): SketchPage {
    const { resolution, pages } = this.#above[level]!;
    const bin = at - (at % resolution);
    const page = pages[(bin / resolution) % OPEN_ABOVE]!;
    if (page.bin !== bin) {
      this.#takeAbove(page, resolution);
      page.clear();
      page.bin = bin;
    }
    return page;
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
    for (const page of this.#minutes) this.#takeMinute(page);
    if (!above) return;
    for (const { resolution, pages } of this.#above) for (const page of pages) this.#takeAbove(page, resolution);
  }

  get hasChangesAbove(): boolean {
    return this.#above.some(({ pages }) => pages.some((page) => page.hasChanges));
  }

  /** All pages that are open, oldest resolution last. */
  *pages(): Iterable<{ resolution: number; page: SketchPage }> {
    for (const { sketches } of this.#minutes) if (sketches.bin >= 0) yield { resolution: minute, page: sketches };
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
      this.#out.setDistinct(row, sketches.sources(slot), sketches.targets(slot));
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
