/**
 * A stretch of a replay: what a page is answered when it asks for the flows of a piece of capture time. The body is a row of
 * frames, each behind its length (u32, little-endian): one of kind `stretch` with what was counted, then streak frames in
 * order of time. A server answers it from its stores, a page's worker from a dropped file: the scene does not know which.
 */
import type { CountryCount, PortCount } from './messages.ts';
import { WireError } from './wire-error.ts';

/** Streaks of one answer. */
export const MAX_STRETCH_STREAKS = 60_000;
/** Seconds of capture time of one answer. */
export const MAX_STRETCH_SECONDS = 86_400;
/** Ports in an answer, those with most packets. */
export const STRETCH_PORTS = 200;

/** Equal parts of a stretch, in which packets, flows and bytes are counted by time as well. */
export const STRETCH_BINS = 10;

/** Half-open [fromSeconds, toSeconds), by the first packet of a flow. */
export interface StretchRequest {
  readonly session: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** A flow expression; empty for all. */
  readonly filter: string;
  /** Flows that are drawn at most, 1 to MAX_STRETCH_STREAKS: of more a fair sample, which is the same each time. */
  readonly most: number;
  /** Figures that take long may be left out: of stretches of which flows are drawn, and nothing else is shown. */
  readonly isBrief?: boolean;
}

/** Of the flows that the filter selects. */
export interface StretchFigures {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  /** By STRETCH_BINS equal parts of the stretch, by a flow's first packet. */
  readonly packetsByBin: readonly number[];
  readonly bytesByBin: readonly number[];
  readonly flowsByBin: readonly number[];
  /** Different ones, near enough: a sketch of them is counted, see server/aggregate/hyperloglog.ts. Null where that was left out. */
  readonly sources: number | null;
  /** Packets whose source address is registered in no country. */
  readonly unknownPlacePackets: number;
  /** Packets by class, as LiveTotals.classPacketsPerSecond has them. */
  readonly classPackets: readonly number[];
  /** Packets by colour of radiation, as LiveTotals.radiationPacketsPerSecond has them. */
  readonly radiationPackets: readonly number[];
  /** Most packets first: of TCP and UDP. Null where they were left out. */
  readonly topPorts: readonly PortCount[] | null;
  /** Most packets first, all of them. */
  readonly topCountries: readonly CountryCount[];
}

/** offered = sent + sampledOut + filteredOut, in flows. */
export interface StretchHead {
  readonly session: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly offered: number;
  readonly sent: number;
  readonly sampledOut: number;
  readonly filteredOut: number;
  /** Packets of the stretch that were stored, and are in files that are gone or damaged. */
  readonly missingPackets: number;
  /** When the next flow of the session begins, at or behind the end, whatever the filter; null where none comes. */
  readonly nextSeconds: number | null;
  readonly figures: StretchFigures;
}

/** The body of an answer. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const frame of frames) {
    view.setUint32(at, frame.length, true);
    bytes.set(frame, at + 4);
    at += 4 + frame.length;
  }
  return bytes;
}

/** The frames of a body, copied. Throws WireError. */
export function splitFrames(body: Uint8Array): Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const length = at + 4 <= body.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > body.length) throw new WireError('WIRE_BAD_MESSAGE', 'the answer breaks off');
    // Columns are read as views: a frame's begin has to be aligned.
    frames.push(body.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return frames;
}
