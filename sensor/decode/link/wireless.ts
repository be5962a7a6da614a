/** IEEE 802.11, plain and behind the headers that radios put before it: radiotap, Prism, AVS. */
import { Fault } from '../../../shared/counters.ts';
import type { Layer } from '../layer.ts';
import { readFrom } from './headers/index.ts';
import { radiotap as radiotapHeader } from './headers/radiotap.ts';
import { wireless as wirelessHeader } from './headers/wireless.ts';
import type { LinkDecoder } from './link-decoder.ts';

export const wireless: LinkDecoder = {
  name: 'IEEE 802.11',
  linkTypes: [105],
  decode: readFrom(wirelessHeader),
};

export const radiotap: LinkDecoder = {
  name: '802.11 with radiotap',
  linkTypes: [127],
  decode: readFrom(radiotapHeader),
};

const PRISM_BYTES = 144;
const PRISM_MESSAGE = 0x00000044;
const AVS_MAGIC = 0x80211000;
const MIN_AVS_BYTES = 8;

/** Prism's header, or AVS's in its place; drivers write either under either number, or none at all. */
export const prismAndAvs: LinkDecoder = {
  name: '802.11 with Prism or AVS header',
  linkTypes: [119, 163],
  decode: readFrom((bytes, layer) => {
    const fault = skipRadioHeader(bytes, layer);
    return fault === Fault.none ? wirelessHeader(bytes, layer) : fault;
  }),
};

function skipRadioHeader(bytes: DataView, layer: Layer): Fault {
  const { start, end } = layer;
  if (end - start < MIN_AVS_BYTES) return Fault.none;
  const magic = bytes.getUint32(start);
  let headerBytes = 0;
  if ((magic & 0xfffff000) >>> 0 === AVS_MAGIC) headerBytes = bytes.getUint32(start + 4);
  else if (magic === PRISM_MESSAGE || bytes.getUint32(start, true) === PRISM_MESSAGE) headerBytes = PRISM_BYTES;
  if (end - start < headerBytes) return Fault.truncatedLink;
  layer.start = start + headerBytes;
  return Fault.none;
}
