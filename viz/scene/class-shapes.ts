/**
 * The form of a trail, one a colour: whoever cannot tell two colours apart tells them by it, in the picture and in the
 * legend. Index as that of the colours; `docs/views.md` shows them.
 */
export interface TrailShape {
  /** Strokes along a trail, 0 for an unbroken one. */
  readonly strokes: number;
  /** Share of each stroke's length that is lit. */
  readonly lit: number;
  /** Of the usual width. */
  readonly width: number;
}

const unbroken: TrailShape = { strokes: 0, lit: 1, width: 1 };

export const classShapes: readonly TrailShape[] = [
  unbroken, // unused
  unbroken, // TCP SYN
  { strokes: 3, lit: 0.7, width: 1.25 }, // TCP SYN-ACK: long strokes
  { strokes: 9, lit: 0.5, width: 1.4 }, // TCP RST: dots
  { strokes: 0, lit: 1, width: 0.5 }, // other TCP: thin
  { strokes: 5, lit: 0.6, width: 1 }, // UDP: strokes
  { strokes: 0, lit: 1, width: 1.9 }, // ICMP: wide
  { strokes: 6, lit: 0.5, width: 0.6 }, // other: thin strokes
];
