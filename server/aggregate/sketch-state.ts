/** A session's lists and open pages as bytes, and back. What is read was written by us, and checked all the same. */
import type { ListMember } from './key-list.ts';
import type { SketchPage } from './series-pages.ts';
import type { SessionSeries } from './session-series.ts';

const VERSION = 1;
/** Of a page: resolution, bin, number of entries. Of an entry: dimension, key, lengths of both sketches. */
const PAGE_BYTES = 16;
const ENTRY_BYTES = 12;

export function saveSession(series: SessionSeries): Uint8Array {
  const lists = new TextEncoder().encode(JSON.stringify(series.slots.lists()));
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint32(0, VERSION, true);
  view.setUint32(4, lists.length, true);
  const parts: Uint8Array[] = [head, lists];
  for (const { resolution, page } of series.pages()) parts.push(...savePage(series, resolution, page));
  return joined(parts);
}

function savePage(series: SessionSeries, resolution: number, page: SketchPage): Uint8Array[] {
  const parts: Uint8Array[] = [];
  page.save(series.slots, (dimension, key, sources, targets) => {
    const entry = new DataView(new ArrayBuffer(ENTRY_BYTES));
    entry.setUint32(0, dimension, true);
    entry.setUint32(4, key, true);
    entry.setUint16(8, sources.length, true);
    entry.setUint16(10, targets.length, true);
    parts.push(new Uint8Array(entry.buffer), sources, targets);
  });
  const head = new DataView(new ArrayBuffer(PAGE_BYTES));
  head.setUint32(0, resolution, true);
  head.setFloat64(4, page.bin, true);
  head.setUint32(12, parts.length / 3, true);
  return [new Uint8Array(head.buffer), ...parts];
}

/** Gives false for bytes that are none of ours. */
export function loadSession(series: SessionSeries, state: Uint8Array): boolean {
  try {
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    if (view.getUint32(0, true) !== VERSION) return false;
    let at = 8 + view.getUint32(4, true);
    const lists = JSON.parse(new TextDecoder().decode(state.subarray(8, at))) as Record<string, ListMember[]>;
    series.slots.restore({ port: lists.port ?? [], network: lists.network ?? [] });
    while (at < state.length) at = loadPage(series, view, at);
    return true;
  } catch {
    return false;
  }
}

function loadPage(series: SessionSeries, view: DataView, first: number): number {
  const page = series.pageOf(view.getUint32(first, true), view.getFloat64(first + 4, true));
  const entries = view.getUint32(first + 12, true);
  let at = first + PAGE_BYTES;
  const bytes = (length: number) => {
    if (at + length > view.byteLength) throw new RangeError('the state breaks off');
    at += length;
    return new Uint8Array(view.buffer, view.byteOffset + at - length, length);
  };
  for (let entry = 0; entry < entries; entry++) {
    const slot = series.slots.ofStored(view.getUint32(at, true), view.getUint32(at + 4, true));
    const lengths = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)] as const;
    at += ENTRY_BYTES;
    const sources = bytes(lengths[0]);
    const targets = bytes(lengths[1]);
    // A key that has left its list since goes on in `other`; its own count stays what was stored.
    if (slot !== null && page?.load(slot, sources, targets) === false) throw new RangeError('no sketch of ours');
  }
  return at;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
