/**
 * Tables of addresses as one file that a page loads: a length (u32, little-endian), so many bytes of JSON, and the columns
 * one after another. Columns that rise are kept as differences, which take a quarter of the room once they are compressed.
 */

/** Of what is written here: another is not read. */
export const TABLE_FORMAT = 1;

export interface TableColumn {
  readonly name: string;
  readonly data: Uint32Array | Uint16Array | Uint8Array;
  /** Words of a row, of which each is kept as what it is more than that of the row before. */
  readonly rises?: number;
}

export interface TableFile<Facts> {
  /** Small things beside the columns. */
  readonly facts: Facts;
  readonly columns: readonly TableColumn[];
}

interface Head {
  readonly format: number;
  readonly facts: unknown;
  readonly columns: readonly { name: string; bytesAnElement: 1 | 2 | 4; length: number; rises: number }[];
}

export function encodeTables<Facts>({ facts, columns }: TableFile<Facts>): Uint8Array<ArrayBuffer> {
  const head: Head = {
    format: TABLE_FORMAT,
    facts,
    columns: columns.map(({ name, data, rises = 0 }) => ({
      name,
      bytesAnElement: data.BYTES_PER_ELEMENT as 1 | 2 | 4,
      length: data.length,
      rises,
    })),
  };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const parts = columns.map(({ data, rises = 0 }) => bytesOf(rises === 0 ? data : differences(data, rises)));
  const file = new Uint8Array(4 + json.length + parts.reduce((sum, { length }) => sum + length, 0));
  new DataView(file.buffer).setUint32(0, json.length, true);
  file.set(json, 4);
  let at = 4 + json.length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Throws RangeError or SyntaxError for what `encodeTables` did not make. */
export function decodeTables<Facts>(file: Uint8Array): {
  facts: Facts;
  columns: ReadonlyMap<string, TableColumn['data']>;
} {
  const jsonBytes = new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(file.subarray(4, 4 + jsonBytes))) as Head;
  if (head.format !== TABLE_FORMAT) throw new RangeError(`a file of tables of format ${head.format} is not read`);
  const columns = new Map<string, TableColumn['data']>();
  let at = 4 + jsonBytes;
  for (const { name, bytesAnElement, length, rises } of head.columns) {
    // Copied, since columns begin at addresses that are not aligned.
    const bytes = new Uint8Array(file.subarray(at, at + length * bytesAnElement));
    if (bytes.length !== length * bytesAnElement) throw new RangeError('the file of tables breaks off');
    at += bytes.length;
    const data =
      bytesAnElement === 4
        ? new Uint32Array(bytes.buffer)
        : bytesAnElement === 2
          ? new Uint16Array(bytes.buffer)
          : bytes;
    for (let element = rises; rises > 0 && element < length; element++) data[element]! += data[element - rises]!;
    columns.set(name, data);
  }
  return { facts: head.facts as Facts, columns };
}

/** Of unsigned numbers, around at their end. */
function differences(data: TableColumn['data'], words: number): TableColumn['data'] {
  const found = data.slice();
  for (let at = words; at < data.length; at++) found[at] = data[at]! - data[at - words]!;
  return found;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TableColumn['data']) =>
  new Uint8Array(buffer, byteOffset, byteLength);
