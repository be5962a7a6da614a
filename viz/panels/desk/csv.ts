/** Tables as text (RFC 4180): a header, CRLF, quotes where they are needed. No DOM. */
import type { Absent } from '../../feed/absent.ts';

/** Text of strangers is among the cells: names of sensors and networks. */
export type Cell = string | number | null;

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What a spreadsheet takes for a formula begins so (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** What all rows of a table are of. */
export interface Subject {
  readonly session: number;
  /** Null for what is of now and of all packets. */
  readonly edges: { readonly fromSeconds: number; readonly toSeconds: number } | null;
  readonly filter: string;
  readonly isSimulated: boolean;
  /** What was not there any more to be counted. */
  readonly absent: Absent | null;
}

/** A file that is handed on says in every row what it is of: its name is soon another. */
export function withSubject({ header, rows }: Table, { session, edges, filter, isSimulated, absent }: Subject): Table {
  const times = edges === null ? [null, null] : [cellTime(edges.fromSeconds), cellTime(edges.toSeconds)];
  const cells = [
    session,
    ...times,
    edges === null ? null : filter,
    isSimulated ? 'yes' : 'no',
    edges === null ? null : absentCell(absent),
  ];
  return {
    header: [...header, 'session', 'from', 'to', 'filter', 'simulated', 'absentPackets'],
    rows: rows.map((row) => [...row, ...cells]),
  };
}

/** Of the whole hours of the span, whatever the filter. */
const absentCell = (absent: Absent | null): Cell => (absent === null ? 0 : (absent.packets ?? 'unknown'));

export function toCsv({ header, rows }: Table): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** RFC 3339, UTC. */
export const cellTime = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Without what file systems do not take. */
export function fileName(panel: string, session: string, span: string, ending: string): string {
  const plain = (text: string) =>
    text
      .normalize('NFKC')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60);
  return `kurayami-${[panel, session, span].map(plain).filter(Boolean).join('-')}.${ending}`;
}
