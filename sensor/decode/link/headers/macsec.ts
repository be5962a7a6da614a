/** MACsec (IEEE 802.1AE): what is only signed is read, what is encrypted is not IP to us. */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation } from '../../layer.ts';
import { type Header, notIp, takeTypeOrLength } from './header.ts';

const ETHER_TYPE = 0x88e5;
const TAG_BYTES = 6;
const CHANNEL_BYTES = 8;
const HAS_CHANNEL = 0x20;
const ENCRYPTED_OR_CHANGED = 0x0c;

export const macsec: Header = (bytes, layer) => {
  if (layer.end - layer.start < TAG_BYTES) return Fault.truncatedLink;
  const control = bytes.getUint8(layer.start);
  if ((control & ENCRYPTED_OR_CHANGED) !== 0) {
    layer.type = notIp(ETHER_TYPE);
    return Fault.none;
  }
  const headerBytes = TAG_BYTES + ((control & HAS_CHANNEL) !== 0 ? CHANNEL_BYTES : 0);
  if (layer.end - layer.start < headerBytes + 2) return Fault.truncatedLink;
  const type = bytes.getUint16(layer.start + headerBytes);
  layer.start += headerBytes + 2;
  layer.encapsulations |= Encapsulation.switchTag;
  takeTypeOrLength(layer, type);
  return Fault.none;
};
