import type { FlowField } from '../shared/flow-fields.ts';

type Ids = Readonly<Record<string, number>>;

export interface DictionaryTables {
  readonly flowFields: Readonly<Record<string, FlowField>>;
  readonly TrafficClass: Ids;
  readonly Radiation: Ids;
  readonly Tag: Ids;
  readonly Tunnel: Ids;
  readonly TcpOption: Ids;
  readonly Fault: Ids;
}

/** The generated parts of docs/data-dictionary.md by the name in their markers. */
export function renderTables(tables: DictionaryTables): Record<string, string>;

/** The page with every generated part put between its markers. Throws where a marker is missing. */
export function fillPage(page: string, tables: Readonly<Record<string, string>>): string;
