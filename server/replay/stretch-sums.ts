/** What is counted of the flows of a stretch (shared/wire/stretch.ts). */
import { addressWords, type FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { IpProtocol, trafficClassNames } from '../../shared/protocols.ts';
import { radiationColours, radiationGroups } from '../../shared/radiation.ts';
import { STRETCH_BINS, STRETCH_PORTS, type StretchFigures } from '../../shared/wire/stretch.ts';
import { HyperLogLog, mix32 } from '../aggregate/hyperloglog.ts';
import { countryText } from '../aggregate/live-window.ts';
import { PortSums } from './port-sums.ts';

/** No IPv6 source is taken for an IPv4 one. */
export const IPV6_SALT = 0x6a09e667;

export class StretchSums {
  #packets = 0;
  #bytes = 0;
  #flows = 0;
  readonly #classes = new Array<number>(trafficClassNames.length).fill(0);
  readonly #radiation = new Array<number>(radiationGroups.length + 1).fill(0);
  readonly #ports = new PortSums();
  readonly #countries = new Map<number, number>();
  readonly #sources = new HyperLogLog();
  readonly #fromSeconds: number;
  readonly #binSeconds: number;
  readonly #packetsByBin = noBins();
  readonly #bytesByBin = noBins();
  readonly #flowsByBin = noBins();

  constructor(fromSeconds: number, toSeconds: number) {
    this.#fromSeconds = fromSeconds;
    this.#binSeconds = (toSeconds - fromSeconds) / STRETCH_BINS;
  }

  add(flows: FlowBatch): void {
    for (let row = 0; row < flows.length; row++) {
      const packets = flows.packets[row]!;
      const protocol = flows.protocol[row]!;
      this.#packets += packets;
      this.#bytes += flows.wireBytes[row]!;
      const bin = this.#binOf(flows.interval[row]! + flows.firstMicros[row]! / 1e6);
      this.#packetsByBin[bin]! += packets;
      this.#bytesByBin[bin]! += flows.wireBytes[row]!;
      this.#flowsByBin[bin]! += 1;
      this.#classes[flows.class[row]!]! += packets;
      this.#radiation[radiationColours[flows.radiation[row]!]!]! += packets;
      addTo(this.#countries, flows.country[row]!, packets);
      if ((protocol === IpProtocol.tcp || protocol === IpProtocol.udp) && flows.fragment[row] !== Fragment.later)
        this.#ports.add(protocol, flows.targetPort[row]!, packets);
    }
    this.#flows += flows.length;
    this.#addSources(flows);
  }

  #binOf(seconds: number): number {
    const bin = Math.floor((seconds - this.#fromSeconds) / this.#binSeconds);
    return Math.min(STRETCH_BINS - 1, Math.max(0, bin));
  }

  #addSources({ family, source, length }: FlowBatch): void {
    const words = addressWords(family);
    for (let row = 0; row < length; row++) {
      let hash = 0;
      for (let word = 0; word < words; word++) hash = mix32(hash ^ source[row * words + word]!);
      this.#sources.add(words === 1 ? hash : hash ^ IPV6_SALT);
    }
  }

  /** What a store has summed already comes by those that follow. `bin`: place among the STRETCH_BINS. */
  addBin(bin: number, packets: number, bytes: number, flows: number): void {
    this.#packets += packets;
    this.#bytes += bytes;
    this.#flows += flows;
    this.#packetsByBin[bin]! += packets;
    this.#bytesByBin[bin]! += bytes;
    this.#flowsByBin[bin]! += flows;
  }

  addClass(trafficClass: number, packets: number): void {
    this.#classes[trafficClass]! += packets;
  }

  addRadiation(radiation: number, packets: number): void {
    this.#radiation[radiationColours[radiation]!]! += packets;
  }

  addCountry(country: number, packets: number): void {
    addTo(this.#countries, country, packets);
  }

  addPort(protocol: number, port: number, packets: number): void {
    this.#ports.add(protocol, port, packets);
  }

  /** Hashes of sources, made as `#addSources` makes them. */
  addSourceHashes(hashes: Uint32Array): void {
    for (const hash of hashes) this.#sources.add(hash);
  }

  /** Flows that were added. */
  get flows(): number {
    return this.#flows;
  }

  /** `isBrief`: sources and ports were not added. */
  figures(isBrief = false): StretchFigures {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      flows: this.#flows,
      packetsByBin: this.#packetsByBin,
      bytesByBin: this.#bytesByBin,
      flowsByBin: this.#flowsByBin,
      sources: isBrief ? null : this.#sources.count(),
      unknownPlacePackets: this.#countries.get(0) ?? 0,
      classPackets: this.#classes,
      radiationPackets: this.#radiation,
      topPorts: isBrief ? null : this.#ports.top(STRETCH_PORTS),
      topCountries: mostFirst(this.#countries).map(([key, packets]) => ({ country: countryText(key), packets })),
    };
  }
}

const noBins = () => new Array<number>(STRETCH_BINS).fill(0);

function addTo(sums: Map<number, number>, key: number, packets: number): void {
  sums.set(key, (sums.get(key) ?? 0) + packets);
}

/** Ties by key, so that the order is always the same. */
const mostFirst = (sums: ReadonlyMap<number, number>) => [...sums].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
