/** Stretches of a replay, wherever they come from: a server's stores, or a file that was dropped on the page. */
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { frameToStreaks, type StreakBatch } from '../../shared/wire/streaks.ts';
import { type StretchFigures, type StretchHead, type StretchRequest, splitFrames } from '../../shared/wire/stretch.ts';
import { WireError } from '../../shared/wire/wire-error.ts';
import { list, number, numberOrNull, record, text } from '../feed/check.ts';

export interface StretchSource {
  /** The body of shared/wire/stretch.ts. Throws QuestionError with a problem of the API. */
  stretch(request: StretchRequest, signal: AbortSignal): Promise<Uint8Array>;
}

export interface Stretch {
  readonly head: StretchHead;
  /** In order of time each. */
  readonly batches: readonly StreakBatch[];
}

/** Throws WireError. */
export function readStretch(body: Uint8Array): Stretch {
  let head: StretchHead | null = null;
  const batches: StreakBatch[] = [];
  for (const bytes of splitFrames(body)) {
    const frame = decodeFrame(bytes);
    if (frame.kind === FrameKind.stretch) head = readHead(decodeJsonFrame(frame));
    else if (frame.kind === FrameKind.streaks) batches.push(frameToStreaks(frame));
  }
  if (head === null) throw new WireError('WIRE_BAD_MESSAGE', 'the answer does not say what it is of');
  const rows = batches.reduce((sum, { length }) => sum + length, 0);
  if (rows !== head.sent) throw new WireError('WIRE_BAD_MESSAGE', `${rows} flows of ${head.sent} came`);
  return { head, batches };
}

function readHead(message: unknown): StretchHead {
  const head = record(message, 'stretch');
  const count = (name: keyof StretchHead) => number(head[name], name);
  return {
    session: count('session'),
    fromSeconds: count('fromSeconds'),
    toSeconds: count('toSeconds'),
    offered: count('offered'),
    sent: count('sent'),
    sampledOut: count('sampledOut'),
    filteredOut: count('filteredOut'),
    missingPackets: count('missingPackets'),
    nextSeconds: numberOrNull(head.nextSeconds, 'nextSeconds'),
    figures: readFigures(record(head.figures, 'figures')),
  };
}

function readFigures(figures: Record<string, unknown>): StretchFigures {
  const count = (name: keyof StretchFigures) => number(figures[name], name);
  return {
    packets: count('packets'),
    bytes: count('bytes'),
    flows: count('flows'),
    packetsByBin: list(figures.packetsByBin, number, 'packetsByBin'),
    bytesByBin: list(figures.bytesByBin, number, 'bytesByBin'),
    flowsByBin: list(figures.flowsByBin, number, 'flowsByBin'),
    sources: numberOrNull(figures.sources, 'sources'),
    unknownPlacePackets: count('unknownPlacePackets'),
    classPackets: list(figures.classPackets, number, 'classPackets'),
    radiationPackets: list(figures.radiationPackets, number, 'radiationPackets'),
    topPorts: figures.topPorts === null ? null : list(figures.topPorts, readPort, 'topPorts'),
    topCountries: list(figures.topCountries, readCountry, 'topCountries'),
  };
}

function readPort(value: unknown, name: string) {
  const row = record(value, name);
  return { protocol: number(row.protocol, name), port: number(row.port, name), packets: number(row.packets, name) };
}

function readCountry(value: unknown, name: string) {
  const row = record(value, name);
  return { country: text(row.country, name), packets: number(row.packets, name) };
}
