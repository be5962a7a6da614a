/** Pages of flows in memory, oldest first, as FlowStore.flows has them. */
import { formatAddress, formatInnerAddress } from '../../../shared/address.ts';
import type { Family, FlowBatch } from '../../../shared/flow-batch.ts';
import { countryText } from '../../aggregate/live-window.ts';
import { checkInteger, checkSpan, MAX_FLOWS_PER_PAGE } from '../query-limits.ts';
import type { FlowPage, FlowQuery, FlowRow } from '../stores.ts';
import type { FlowChunk } from './flow-chunks.ts';
import { type MemoryFlows, microsOf } from './memory-flows.ts';

const MICROS = 1_000_000;
/** Found flows are put in order, and the last of them let go, when there are so many times more than a page has. */
const SLACK = 4;

/** Flows are ordered by first packet, then family, then the place at which they lie, which never changes. */
interface Position {
  readonly micros: number;
  readonly family: Family;
  /** Row among all of the family. */
  readonly place: number;
}

interface Found extends Position {
  readonly chunk: FlowChunk;
  readonly row: number;
}

const order = (a: Position, b: Position) => a.micros - b.micros || a.family - b.family || a.place - b.place;

/** Throws RangeError for wrong arguments. */
export async function pageOfFlows(flows: MemoryFlows, query: FlowQuery): Promise<FlowPage> {
  checkSpan(query);
  checkInteger('limit', query.limit, 1, MAX_FLOWS_PER_PAGE);
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  const page = new FirstFound(query.limit + 1);
  for await (const { chunk, selection } of flows.select(microsOf(query, 'first'), query.filter)) {
    if (chunk.firstMicros > page.lastMicros) continue;
    const { family, interval, firstMicros } = chunk.flows;
    for (let at = 0; at < selection.length; at++) {
      const row = selection.rows[at]!;
      const micros = interval[row]! * MICROS + firstMicros[row]!;
      if (micros > page.lastMicros || (after !== null && micros < after.micros)) continue;
      const found = { micros, family, place: chunk.firstRow + row, chunk, row };
      if (after === null || order(found, after) > 0) page.add(found);
    }
  }
  const found = page.inOrder();
  const shown = found.slice(0, query.limit);
  return {
    flows: shown.map(({ chunk, row }) => flowRowAt(chunk.flows, row)),
    cursor: found.length > query.limit ? encodeCursor(shown.at(-1)!) : null,
  };
}

/** The first few of what is added. */
class FirstFound {
  /** What begins later is not among them. */
  lastMicros = Number.POSITIVE_INFINITY;
  readonly #most: number;
  #found: Found[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(found: Found): void {
    this.#found.push(found);
    if (this.#found.length >= this.#most * SLACK) this.inOrder();
  }

  inOrder(): readonly Found[] {
    this.#found.sort(order);
    if (this.#found.length >= this.#most) {
      this.#found.length = this.#most;
      this.lastMicros = this.#found.at(-1)!.micros;
    }
    return this.#found;
  }
}

const encodeCursor = ({ micros, family, place }: Position) => `${micros}.${family}.${place}`;

/** Throws RangeError for what `encodeCursor` did not make. */
function decodeCursor(cursor: string): Position {
  const [, micros, family, place] = /^(\d{1,16})\.([46])\.(\d{1,10})$/.exec(cursor) ?? [];
  if (place === undefined)
    throw new RangeError('the cursor is not one that a page of flows gave: begin again without one');
  return { micros: Number(micros), family: Number(family) as Family, place: Number(place) };
}

function flowRowAt(flows: FlowBatch, row: number): FlowRow {
  const { family, interval } = flows;
  const isTunnel = flows.tunnel[row] !== 0;
  return {
    sensor: flows.sensor[row]!,
    firstSeconds: (interval[row]! * MICROS + flows.firstMicros[row]!) / MICROS,
    lastSeconds: (interval[row]! * MICROS + flows.lastMicros[row]!) / MICROS,
    source: formatAddress(family, flows.source, row),
    target: formatAddress(family, flows.target, row),
    sourcePort: flows.sourcePort[row]!,
    targetPort: flows.targetPort[row]!,
    protocol: flows.protocol[row]!,
    tcpFlags: flows.tcpFlags[row]!,
    ttl: flows.ttl[row]!,
    ipLength: flows.ipLength[row]!,
    packets: flows.packets[row]!,
    wireBytes: flows.wireBytes[row]!,
    class: flows.class[row]!,
    radiation: flows.radiation[row]!,
    country: countryText(flows.country[row]!),
    asn: flows.asn[row]!,
    vlan: flows.vlan[row]!,
    fragment: flows.fragment[row]!,
    synWindow: flows.synWindow[row]!,
    synOptions: flows.synOptions[row]!,
    tunnel: flows.tunnel[row]!,
    innerProtocol: flows.innerProtocol[row]!,
    innerSource: isTunnel ? formatInnerAddress(flows.innerSource, row) : '',
    innerTarget: isTunnel ? formatInnerAddress(flows.innerTarget, row) : '',
    innerSourcePort: flows.innerSourcePort[row]!,
    innerTargetPort: flows.innerTargetPort[row]!,
  };
}
