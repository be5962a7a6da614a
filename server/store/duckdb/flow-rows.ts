/** Rows of flow tables as the API gives them. */
import { formatAddress, formatInnerAddress } from '../../../shared/address.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import type { FlowRow, SourceTop } from '../stores.ts';
import type { Row } from './connections.ts';

/** Every column but the times and the outer addresses. */
export const FLOW_COLUMNS = `sensor, "sourcePort", "targetPort", protocol, "tcpFlags", ttl, "ipLength", packets, "wireBytes",
  class, radiation, country, asn, vlan, fragment, "synWindow", "synOptions", tunnel, "innerProtocol", "innerSourcePort", "innerTargetPort",
  ${wordColumns('innerSource')}, ${wordColumns('innerTarget')}`;

export function addressColumns(family: Family): string {
  return family === 4 ? 'source, target' : `${wordColumns('source')}, ${wordColumns('target')}`;
}

/** An IPv6 address as four words, most significant first: numbers, where 128 bits would come as a BigInt. */
export function wordColumns(name: string): string {
  return [0, 1, 2, 3]
    .map((word) => `(("${name}" >> ${96 - 32 * word}) & 4294967295)::UINTEGER AS "${name}${word}"`)
    .join(', ');
}

function addressText(family: Family, row: Row, name: 'source' | 'target'): string {
  const words = family === 4 ? [row[name]] : [0, 1, 2, 3].map((word) => row[`${name}${word}`]);
  return formatAddress(family, Uint32Array.from(words, Number), 0);
}

/** Empty without a tunnel. */
function innerAddressText(row: Row, name: 'innerSource' | 'innerTarget'): string {
  if (Number(row.tunnel) === 0) return '';
  const words = [0, 1, 2, 3].map((word) => Number(row[`${name}${word}`]));
  return formatInnerAddress(words, 0);
}

function countryText(country: unknown): string {
  const letters = Number(country);
  return letters === 0 ? '' : String.fromCharCode(letters >> 8, letters & 255);
}

export function toFlowRow(family: Family, row: Row): FlowRow {
  return {
    sensor: Number(row.sensor),
    firstSeconds: Number(row.first) / 1_000_000,
    lastSeconds: Number(row.last) / 1_000_000,
    source: addressText(family, row, 'source'),
    target: addressText(family, row, 'target'),
    sourcePort: Number(row.sourcePort),
    targetPort: Number(row.targetPort),
    protocol: Number(row.protocol),
    tcpFlags: Number(row.tcpFlags),
    ttl: Number(row.ttl),
    ipLength: Number(row.ipLength),
    packets: Number(row.packets),
    wireBytes: Number(row.wireBytes),
    class: Number(row.class),
    radiation: Number(row.radiation),
    country: countryText(row.country),
    asn: Number(row.asn),
    vlan: Number(row.vlan),
    fragment: Number(row.fragment),
    synWindow: Number(row.synWindow),
    synOptions: Number(row.synOptions),
    tunnel: Number(row.tunnel),
    innerProtocol: Number(row.innerProtocol),
    innerSource: innerAddressText(row, 'innerSource'),
    innerTarget: innerAddressText(row, 'innerTarget'),
    innerSourcePort: Number(row.innerSourcePort),
    innerTargetPort: Number(row.innerTargetPort),
  };
}

export function toSourceTop(family: Family, row: Row): SourceTop {
  return {
    source: addressText(family, row, 'source'),
    country: countryText(row.country),
    packets: Number(row.packets),
    bytes: Number(row.bytes),
    flows: Number(row.flows),
  };
}
