/** Packets by target port of TCP and UDP: one place for each, since a long stretch has nearly all of them. */
import { IpProtocol } from '../../shared/protocols.ts';
import type { PortCount } from '../../shared/wire/messages.ts';

const PORTS = 65_536;
/** In order of their numbers, by which equal sums are told apart. */
const PROTOCOLS = [IpProtocol.tcp, IpProtocol.udp] as const;

export class PortSums {
  readonly #packets = new Float64Array(PROTOCOLS.length * PORTS);

  /** `protocol`: one of the two. */
  add(protocol: number, port: number, packets: number): void {
    this.#packets[(protocol === IpProtocol.tcp ? 0 : PORTS) + port]! += packets;
  }

  /** Most packets first; ties by protocol and port, so that the order is always the same. */
  top(count: number): PortCount[] {
    const sums = this.#packets;
    let places: number[] = [];
    for (let place = 0; place < sums.length; place++) if (sums[place]! > 0) places.push(place);
    if (places.length > count) {
      // Sorting the sums alone tells how many packets a port needs to be among them.
      const least = Float64Array.from(places, (place) => sums[place]!).sort()[places.length - count]!;
      places = places.filter((place) => sums[place]! >= least);
    }
    places.sort((a, b) => sums[b]! - sums[a]! || a - b);
    return places.slice(0, count).map((place) => ({
      protocol: PROTOCOLS[Math.floor(place / PORTS)]!,
      port: place % PORTS,
      packets: sums[place]!,
    }));
  }
}
