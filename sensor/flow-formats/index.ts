/** The formats that flows can be written in. */
import { csv } from './csv.ts';
import type { FlowFormat } from './flow-format.ts';
import { ndjson } from './ndjson.ts';

export const flowFormats: readonly FlowFormat[] = [csv, ndjson];

export function findFlowFormat(name: string): FlowFormat | undefined {
  return flowFormats.find((format) => format.name === name);
}
