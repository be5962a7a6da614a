/** One JSON object a line, the same names in each; lists are arrays, what is void is null. No text needs escaping. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { type FlowColumn, MAX_CELL_BYTES } from './flow-columns.ts';
import type { FlowFormat } from './flow-format.ts';
import type { TextBuffer } from './text-buffer.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MAX_ITEMS = 64;
const BRACKETS = [0x5b, 0x5d] as const;
const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const NULL = bytesOf('null');
const END = bytesOf('}\n');

export const ndjson: FlowFormat = {
  name: 'ndjson',
  writer(columns) {
    const keys = columns.map(({ name }, at) => bytesOf(`${at === 0 ? '{' : ','}"${name}":`));
    const rowBytes = (columns.length + MAX_ITEMS) * MAX_CELL_BYTES * 2;
    return {
      begin() {},
      write(out, flows) {
        for (let row = 0; row < flows.length; row++) {
          out.reserve(rowBytes);
          for (let at = 0; at < columns.length; at++) {
            out.putBytes(keys[at]!);
            putValue(out, columns[at]!, flows, row);
          }
          out.putBytes(END);
        }
      },
    };
  },
};

function putValue(out: TextBuffer, column: FlowColumn, flows: FlowBatch, row: number): void {
  if (column.isVoid?.(flows, row)) out.putBytes(NULL);
  else if (column.kind === 'number') column.write(out, flows, row, 0);
  else if (column.count === undefined) putText(out, column, flows, row, 0);
  else putList(out, column, flows, row, column.count(flows, row));
}

function putList(out: TextBuffer, column: FlowColumn, flows: FlowBatch, row: number, count: number): void {
  out.putByte(BRACKETS[0]);
  for (let item = 0; item < count; item++) {
    if (item > 0) out.putByte(COMMA);
    putText(out, column, flows, row, item);
  }
  out.putByte(BRACKETS[1]);
}

function putText(out: TextBuffer, column: FlowColumn, flows: FlowBatch, row: number, item: number): void {
  out.putByte(QUOTE);
  column.write(out, flows, row, item);
  out.putByte(QUOTE);
}
