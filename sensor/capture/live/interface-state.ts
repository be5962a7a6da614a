/** What Linux says about network interfaces under /sys/class/net. Where there is no such folder, nothing is known. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const FOLDER = '/sys/class/net';
/** libpcap's name for all interfaces together. */
export const ANY = 'any';

export interface InterfaceState {
  /** Another number under the same name is another interface; null while there is none. */
  readonly index: number | null;
  readonly up: boolean;
  /** Packets that it received since it was made; null where that is not told. */
  readonly rxPackets: number | null;
}

const UNKNOWN: InterfaceState = { index: 0, up: true, rxPackets: null };
const GONE: InterfaceState = { index: null, up: false, rxPackets: null };

export function readInterface(name: string): InterfaceState {
  if (name === ANY || !existsSync(FOLDER)) return UNKNOWN;
  try {
    const read = (file: string) => readFileSync(`${FOLDER}/${name}/${file}`, 'utf8').trim();
    // Loopbacks and tunnels say "unknown" while they are up.
    return {
      index: Number(read('ifindex')),
      up: !['down', 'lowerlayerdown', 'notpresent'].includes(read('operstate')),
      rxPackets: Number(read('statistics/rx_packets')),
    };
  } catch {
    return GONE;
  }
}

export function interfaceNames(): string[] {
  try {
    return readdirSync(FOLDER).filter((name) => name !== 'bonding_masters');
  } catch {
    return [];
  }
}

/** The interface's own count from when this was made, over interfaces of the same name one after the other. */
export class InterfaceCounter {
  readonly #read: () => InterfaceState;
  #index: number | null;
  #last: number;
  #total = 0;
  readonly known: boolean;

  constructor(read: () => InterfaceState) {
    const { index, rxPackets } = read();
    this.#read = read;
    this.#index = index;
    this.#last = rxPackets ?? 0;
    this.known = rxPackets !== null;
  }

  /** Packets until now; null where they are not told. What came between the last look at an interface and its end is missing. */
  read(state = this.#read()): number | null {
    if (!this.known) return null;
    const { index, rxPackets } = state;
    if (index === null || rxPackets === null) return this.#total;
    // Made anew, or set back by its driver: all that it counts came since.
    const isSame = index === this.#index && rxPackets >= this.#last;
    this.#total += isSame ? rxPackets - this.#last : rxPackets;
    this.#index = index;
    this.#last = rxPackets;
    return this.#total;
  }
}
