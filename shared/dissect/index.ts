/**
 * A packet taken apart, layer by layer, for somebody who looks at its bytes. For one packet at a time: `sensor/decode` reads
 * millions and allocates nothing; this tells all, and both say the same of addresses, protocol and ports (a test compares them).
 */
import { application } from './application.ts';
import { linkHeaders } from './link-headers.ts';
import { bsdLoopback, frameRelay, ipByVersion, linkTypes } from './link-types.ts';
import { type DissectedLayer, plainLayers } from './names.ts';
import { networkHeaders } from './network.ts';
import { Next } from './next.ts';
import { transportHeaders } from './transport.ts';
import { tunnelHeaders } from './tunnels.ts';
import { MAX_LAYERS, type Step, Walk } from './walk.ts';

const steps: ReadonlyMap<number, Step> = new Map<number, Step>([
  ...linkHeaders,
  [Next.frameRelay, frameRelay],
  [Next.bsdLoopback, bsdLoopback],
  [Next.ip, ipByVersion],
  ...networkHeaders,
  ...transportHeaders,
  ...tunnelHeaders,
  [Next.application, application],
]);

/** Steps that add no layer (one form that turns out to be another) must come to an end, too. */
const MAX_STEPS = MAX_LAYERS * 2;

/** Whether packets of a link type are taken apart; those of others are shown as bytes. */
export function isDissected(linkType: number): boolean {
  return linkTypes.has(linkType);
}

/** Never throws, whatever the bytes; reads none behind them. Layers come from the outside in, and do not overlap. */
export function dissect(bytes: Uint8Array, linkType: number, originalLength: number): DissectedLayer[] {
  const walk = new Walk(bytes, originalLength);
  let step: Step | undefined = linkTypes.get(linkType);
  for (let count = 0; step !== undefined; count++) {
    if (walk.layers.length >= MAX_LAYERS || count === MAX_STEPS) {
      walk.note('tooMany');
      break;
    }
    step = steps.get(step(walk));
  }
  addRest(walk, bytes.length, originalLength);
  return walk.layers;
}

/** What no header claimed: each byte of a packet is in one layer. */
function addRest(walk: Walk, captured: number, originalLength: number): void {
  const last = walk.layers.at(-1);
  const from = last === undefined ? 0 : Math.max(walk.start, last.offset + last.length);
  const end = Math.max(from, walk.end);
  if (end > from) addPlain(walk, plainLayers.payload, from, end - from);
  if (captured > end) addPlain(walk, plainLayers.trailer, end, captured - end);
  if (originalLength <= captured) return;
  walk.layers.push({
    name: plainLayers.notCaptured,
    offset: captured,
    length: 0,
    fields: [{ name: 'length', value: String(originalLength - captured), offset: captured, length: 0 }],
    note: 'cutOff',
  });
}

function addPlain(walk: Walk, name: string, offset: number, length: number): void {
  walk.layers.push({
    name,
    offset,
    length,
    fields: [{ name: 'length', value: String(length), offset, length }],
  });
}
