/** CSV (RFC 4180) with a line of names, lines ending in LF. No value has a comma, a quote or a line break, so nothing is quoted. */

import type { FlowBatch } from '../../shared/flow-batch.ts';
import { type FlowColumn, MAX_CELL_BYTES } from './flow-columns.ts';
import type { FlowFormat } from './flow-format.ts';
import type { TextBuffer } from './text-buffer.ts';

const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const BETWEEN_ITEMS = 0x7c; // |
const MAX_ITEMS = 64;

export const csv: FlowFormat = {
  name: 'csv',
  writer(columns) {
    const rowBytes = (columns.length + MAX_ITEMS) * MAX_CELL_BYTES;
    return {
      begin(out) {
        const line = `${columns.map(({ name }) => name).join(',')}\n`;
        out.reserve(line.length);
        out.putAscii(line);
      },
      write(out, flows) {
        for (let row = 0; row < flows.length; row++) {
          out.reserve(rowBytes);
          for (let at = 0; at < columns.length; at++) {
            const column = columns[at]!;
            if (at > 0) out.putByte(COMMA);
            if (column.isVoid?.(flows, row)) continue;
            if (column.count === undefined) column.write(out, flows, row, 0);
            else putList(out, column, flows, row, column.count(flows, row));
          }
          out.putByte(LINE_FEED);
        }
      },
    };
  },
};

function putList(out: TextBuffer, column: FlowColumn, flows: FlowBatch, row: number, count: number): void {
  for (let item = 0; item < count; item++) {
    if (item > 0) out.putByte(BETWEEN_ITEMS);
    column.write(out, flows, row, item);
  }
}
