/** Payloads by the port that they go to: most ports have none, which costs one look. */
import { type Beginning, beginning, beginsWith, type Payload } from './payload.ts';

export class PortPayloads {
  readonly #lists: Beginning[][] = [];
  /** Place in the list, from 1. */
  readonly #placeOf = new Uint8Array(65_536);

  /** Beginnings in hex; an empty one is any payload, or none. */
  constructor(payloads: Readonly<Record<number, readonly string[]>>) {
    for (const [port, texts] of Object.entries(payloads)) {
      this.#lists.push(texts.map(beginning));
      this.#placeOf[Number(port)] = this.#lists.length;
    }
  }

  has(port: number): boolean {
    return this.#placeOf[port] !== 0;
  }

  /** Whether the payload is one of those of the port, which has some. */
  matches(port: number, bytes: DataView, payload: Payload): boolean {
    const list = this.#lists[this.#placeOf[port]! - 1]!;
    for (let at = 0; at < list.length; at++) if (beginsWith(bytes, payload, list[at]!)) return true;
    return false;
  }
}
