/** Countries and networks of sources, from the files beside the page. They come while the capture is read already. */
import {
  type CountryTables,
  decodeCountries,
  decodeNetworkTable,
  type NetworkTables,
} from '../../server/enrich/ranges/page-tables.ts';
import type { CountryPlace } from '../../server/enrich/source-places.ts';
import type { MemoryFlows } from '../../server/store/flow-memory/memory-flows.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { TableState } from './dropped-messages.ts';

/** Then it goes on without. */
const LONGEST_MILLISECONDS = 30_000;

/** What is in a file that gzip made. Throws where it cannot be had. */
export type LoadTable = (address: string) => Promise<Uint8Array>;

export const loadTable: LoadTable = async (address) => {
  const answer = await fetch(address, { signal: AbortSignal.timeout(LONGEST_MILLISECONDS) });
  if (!answer.ok || answer.body === null) throw new Error(`${address}: ${answer.status}`);
  return new Uint8Array(await new Response(answer.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
};

export class AddressTables {
  /** Resolves when nothing more will come: what is missing then stays so. */
  readonly settled: Promise<void>;
  isSettled = false;
  readonly #flows: MemoryFlows;
  #countries: CountryTables | null | undefined;
  #networks: NetworkTables | null | undefined;

  constructor(flows: MemoryFlows, files: { countries: string; networks: string }, load: LoadTable = loadTable) {
    this.#flows = flows;
    this.settled = Promise.all([
      this.#loadCountries(load, files.countries),
      this.#loadNetworks(load, files.networks),
    ]).then(() => {
      this.isSettled = true;
    });
  }

  async #loadCountries(load: LoadTable, address: string): Promise<void> {
    this.#countries = await load(address)
      .then(decodeCountries)
      .catch(() => null);
    for (const batch of this.#flows.batches()) this.#fillCountries(batch);
  }

  async #loadNetworks(load: LoadTable, address: string): Promise<void> {
    this.#networks = await load(address)
      .then(decodeNetworkTable)
      .catch(() => null);
    for (const batch of this.#flows.batches()) this.#fillNetworks(batch);
  }

  /** As far as it is known now: what is held gets the rest when it comes. */
  fill(rows: FlowBatch): void {
    this.#fillCountries(rows);
    this.#fillNetworks(rows);
  }

  #fillCountries({ family, source, country, length }: FlowBatch): void {
    this.#countries?.ranges.fill(family, source, country, 0, length);
  }

  #fillNetworks(rows: FlowBatch): void {
    this.#networks?.networks.fill(rows);
  }

  get states(): { countries: TableState; networks: TableState } {
    return { countries: stateOf(this.#countries), networks: stateOf(this.#networks) };
  }

  get credits(): string[] {
    return [this.#countries, this.#networks].flatMap((tables) => (tables ? [tables.credit] : []));
  }

  get places(): ReadonlyMap<number, CountryPlace> {
    return this.#countries?.places ?? new Map();
  }

  nameOf(network: number): string | null {
    return this.#networks?.networks.nameOf(network) ?? null;
  }
}

function stateOf(tables: object | null | undefined): TableState {
  if (tables === undefined) return 'loading';
  return tables === null ? 'missing' : 'known';
}
