/**
 * Flow records like a darknet's: half a million sources and all ports, each after Zipf's law, four records in five a SYN.
 * A record in ten stands for several packets. The same `seed` makes the same records.
 */
import { createFlowBatch } from '../../../dist/shared/flow-batch.js';
import { TrafficClass } from '../../../dist/shared/protocols.js';

const SOURCES = 500_000;
const PORTS = 65_536;
const NETWORKS = 20_000;
/** The darknet: 10.0.0.0/14, so that no address of anyone is in a made record. */
const TARGETS = 0x0a00_0000;
const TARGET_MASK = 0x3ffff;
const [ICMP, TCP, UDP] = [1, 6, 17];
const SYN = 2;

export class MadeFlows {
  #state;
  #sources = new Uint32Array(SOURCES);
  #ports = new Uint16Array(PORTS);

  constructor(seed = 1) {
    this.#state = seed;
    const networks = Uint32Array.from({ length: NETWORKS }, () => this.#word() & 0xffff_ff00);
    for (let i = 0; i < SOURCES; i++) this.#sources[i] = networks[this.#zipf(NETWORKS)] | (this.#word() & 0xff);
    for (let i = 0; i < PORTS; i++) this.#ports[i] = (i * 25_173 + 23) & 0xffff;
  }

  /** The source that sends most. */
  get busiestSource() {
    return this.#sources[0];
  }

  /** `rows` records whose first packets lie evenly in [from, to), seconds. */
  batch(rows, from, to) {
    const batch = createFlowBatch(4, rows);
    batch.length = rows;
    for (let row = 0; row < rows; row++) this.#fill(batch, row, from + ((to - from) * row) / rows);
    return batch;
  }

  #fill(batch, row, at) {
    const chance = this.#word();
    const second = Math.floor(at);
    const micros = Math.floor((at - second) * 1e6);
    batch.interval[row] = second;
    batch.firstMicros[row] = micros;
    const several = chance % 10 === 0 ? 1 + (this.#word() & 7) : 1;
    batch.lastMicros[row] = several > 1 ? Math.min(999_999, micros + 50_000) : micros;
    const protocol = chance < 0.8 * 2 ** 32 ? TCP : chance < 0.95 * 2 ** 32 ? UDP : ICMP;
    batch.packets[row] = several;
    batch.wireBytes[row] = several * (protocol === UDP ? 120 : 54);
    batch.source[row] = this.#sources[this.#zipf(SOURCES)];
    batch.target[row] = TARGETS + (this.#word() & TARGET_MASK);
    batch.sourcePort[row] = protocol === ICMP ? 8 : 1_024 + (this.#word() % 64_511);
    batch.targetPort[row] = protocol === ICMP ? 0 : this.#ports[this.#zipf(PORTS)];
    batch.protocol[row] = protocol;
    batch.tcpFlags[row] = protocol === TCP ? SYN : 0;
    batch.ttl[row] = 40 + (this.#word() & 0x7f);
    batch.ipLength[row] = protocol === UDP ? 106 : 40;
    batch.synWindow[row] = protocol === TCP ? 1_024 << (this.#word() & 3) : 0;
    batch.tagsLow[row] = chance % 7 === 0 ? 1 : 0;
    batch.class[row] = protocol === TCP ? TrafficClass.tcpSyn : protocol === UDP ? TrafficClass.udp : TrafficClass.icmp;
  }

  /** Ranks below `count`, the first most often. */
  #zipf(count) {
    return Math.floor(count ** (this.#word() / 2 ** 32)) - 1;
  }

  /** xorshift32. */
  #word() {
    let word = this.#state;
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    this.#state = word;
    return word >>> 0;
  }
}
