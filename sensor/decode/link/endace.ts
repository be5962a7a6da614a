/** Endace's record format (ERF) as a link type: LINKTYPE_ERF. */
import { Fault } from '../../../shared/counters.ts';
import { EtherType } from '../layer.ts';
import { Next, notIp } from './headers/header.ts';
import { readFrom } from './headers/index.ts';
import type { LinkDecoder } from './link-decoder.ts';

const HEADER_BYTES = 16;
const TYPE_AT = 8;
const EXTENSION_BYTES = 8;
/** In the type and in an extension's first byte: another extension follows. */
const ANOTHER = 0x80;
const MAX_EXTENSIONS = 16;
/** Kinds of records. "Coloured" ones have a hash in place of the loss counter. */
const Kind = { hdlc: 1, ethernet: 2, colouredHdlc: 10, colouredEthernet: 11, ipv4: 22, ipv6: 23 } as const;
/** Ethernet records begin with an offset and a byte that is not used. */
const ETHERNET_OFFSET_BYTES = 2;

export const endace: LinkDecoder = {
  name: 'ERF',
  linkTypes: [197],
  decode: readFrom((bytes, layer) => {
    const headerBytes = endaceHeaderBytes(bytes, layer.start, layer.end);
    if (layer.end - layer.start < headerBytes) return Fault.truncatedLink;
    layer.type = typeOfKind(bytes.getUint8(layer.start + TYPE_AT) & ~ANOTHER);
    layer.start += headerBytes;
    return Fault.none;
  }),
};

function typeOfKind(kind: number): number {
  if (kind === Kind.ethernet || kind === Kind.colouredEthernet) return Next.ethernet;
  if (kind === Kind.hdlc || kind === Kind.colouredHdlc) return Next.pppInHdlc;
  if (kind === Kind.ipv4) return EtherType.ipv4;
  return kind === Kind.ipv6 ? EtherType.ipv6 : notIp(0);
}

/** How long a record's header is, with its extensions; at least 16. */
export function endaceHeaderBytes(bytes: DataView, start: number, end: number): number {
  if (end - start < HEADER_BYTES) return HEADER_BYTES;
  const type = bytes.getUint8(start + TYPE_AT);
  let headerBytes = HEADER_BYTES;
  let more = (type & ANOTHER) !== 0;
  for (let count = 0; more && count < MAX_EXTENSIONS && start + headerBytes < end; count++) {
    more = (bytes.getUint8(start + headerBytes) & ANOTHER) !== 0;
    headerBytes += EXTENSION_BYTES;
  }
  const kind = type & ~ANOTHER;
  const isEthernet = kind === Kind.ethernet || kind === Kind.colouredEthernet;
  return headerBytes + (isEthernet ? ETHERNET_OFFSET_BYTES : 0);
}
