/** VXLAN (RFC 7348), with the bits of its group policy extension. */
import { Tunnel } from '../../../shared/tunnels.ts';
import { enterEthernet } from './inner-link.ts';
import { NO_TUNNEL, type TunnelDecoder } from './tunnel-decoder.ts';

const HEADER_BYTES = 8;
const VALID_ID = 0x08;
const GROUP_POLICY = 0x80;
/** Do not learn, and policy applied. */
const POLICY_FLAGS = 0x48;

export const vxlan: TunnelDecoder = {
  name: 'VXLAN',
  // 8472 is what Linux used before the number was assigned, and still uses by default.
  ports: [4789, 8472],
  decode(bytes, layer) {
    const { start, end } = layer;
    if (end - start < HEADER_BYTES) return NO_TUNNEL;
    const flags = bytes.getUint8(start);
    const hasPolicy = flags === (VALID_ID | GROUP_POLICY);
    if (flags !== VALID_ID && !hasPolicy) return NO_TUNNEL;
    const policy = bytes.getUint8(start + 1);
    if (hasPolicy ? (policy & ~POLICY_FLAGS) !== 0 : policy !== 0 || bytes.getUint16(start + 2) !== 0) return NO_TUNNEL;
    if (bytes.getUint8(start + 7) !== 0) return NO_TUNNEL;
    layer.start = start + HEADER_BYTES;
    return enterEthernet(bytes, layer, Tunnel.vxlan);
  },
};
