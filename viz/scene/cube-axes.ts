/** Scales of the Cube's axes, as its shader has them, and the marks that stand at them. */
import type { CubeSettings } from '../views/view.ts';
import type { TargetRange } from './target-range.ts';

/** Half the Cube: between the planes, up the addresses, along the ports. */
export const CUBE = { x: 1.15, y: 0.75, z: 0.75 } as const;
/** IPv6 has a band of its own above IPv4's space. */
export const IPV6_GAP = 0.03;
export const IPV6_BAND = 0.07;
export const IPV6_MIDDLE = CUBE.y + IPV6_GAP + IPV6_BAND / 2;
const MOST_PORT = 65_535;
/** Worth a mark, the better known first. */
const KNOWN_PORTS = [23, 443, 3_389, 5, 80, 8_080, 22, 53, 123, 1_433, 1_900, 5_060, 16_384, 32_768];
const ROUND_PORTS = [0, 16_384, 32_768, 49_152, 65_535];
const ADDRESS_MARKS = 8;

/** Where a port is along its axis, -1 to 1. */
export function portShare(port: number, { ports: [from, to], logarithmic }: CubeSettings): number {
  const scale = (value: number) => (logarithmic ? Math.log2(value + 1) : value);
  return ((scale(port) - scale(from)) / Math.max(scale(to) - scale(from), 1e-3)) * 2 - 1;
}

/** Ports to write beside the axis: those that lie in the range and do not crowd each other. */
export function portMarks(settings: CubeSettings, apart = 0.19): number[] {
  const [from, to] = settings.ports;
  const wanted = settings.logarithmic || to - from < MOST_PORT / 2 ? KNOWN_PORTS : ROUND_PORTS;
  const marks: number[] = [];
  for (const port of [from, to, ...wanted]) {
    if (port < from || port > to) continue;
    const share = portShare(port, settings);
    if (marks.every((other) => Math.abs(portShare(other, settings) - share) >= apart)) marks.push(port);
  }
  return marks.sort((a, b) => a - b);
}

/** Addresses to write up the source plane, and where: -1 to 1. */
export function addressMarks({ sources: [from, to] }: CubeSettings): { share: number; text: string }[] {
  return Array.from({ length: ADDRESS_MARKS + 1 }, (_, mark) => {
    const part = mark / ADDRESS_MARKS;
    const address = Math.min(0xffff_ffff, Math.round((from + (to - from) * part) * 2 ** 32));
    return { share: part * 2 - 1, text: dotted(address, to - from) };
  });
}

/** Addresses to write up the target plane, and where; few where the network has few. */
export function targetMarks([first, last]: TargetRange): { share: number; text: string }[] {
  const size = last - first + 1;
  const marks = Math.min(ADDRESS_MARKS, size - 1);
  return Array.from({ length: marks + 1 }, (_, mark) => {
    const offset = marks === 0 ? 0 : Math.min(size - 1, Math.floor((size * mark) / marks));
    return { share: targetShare(offset, size) * 2 - 1, text: dotted(first + offset, size / 2 ** 32) };
  });
}

/** How far up a target stands, 0 to 1: in the middle of the room that an address has. */
export function targetShare(offset: number, size: number): number {
  return (offset + 0.5) / size;
}

/** As many numbers of the address as the range tells apart. */
function dotted(address: number, range: number): string {
  const parts = [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
  return parts.slice(0, range > 1 / 32 ? 1 : range > 1 / 8192 ? 2 : 4).join('.');
}
