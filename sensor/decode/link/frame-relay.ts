/** LINKTYPE_FRELAY. */
import { frameRelay as frameRelayHeader } from './headers/frame-relay.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

export const frameRelay: LinkDecoder = {
  name: 'Frame Relay',
  linkTypes: [107],
  decode: readFrom(frameRelayHeader),
};
