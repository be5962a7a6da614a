/** Bytes as hexadecimal digits and as text beside each other, sixteen a row. */
import { printableText } from '../../text/safe-text.ts';
import { element, type PanelContext } from '../panel.ts';

const ROW_BYTES = 16;
const GROUP_BYTES = 4;

export interface DumpRow {
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

/** No DOM. */
export function dumpRows(bytes: Uint8Array): DumpRow[] {
  return Array.from({ length: Math.ceil(bytes.length / ROW_BYTES) }, (_, row) => {
    const part = bytes.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES);
    return {
      offset: (row * ROW_BYTES).toString(16).padStart(4, '0'),
      hex: Array.from(part, digits).join(''),
      text: printableText(part),
    };
  });
}

/** A wider gap stands between groups. */
function digits(byte: number, at: number): string {
  const gap = at === 0 ? '' : at % GROUP_BYTES === 0 ? '  ' : ' ';
  return `${gap}${byte.toString(16).padStart(2, '0')}`;
}

export function createDump({ text }: PanelContext) {
  const head = element(
    'tr',
    '',
    ...[text.dumpOffset, text.dumpHex, text.dumpText].map((name) => element('th', '', name)),
  );
  for (const cell of head.children) cell.setAttribute('scope', 'col');
  const body = element('tbody');
  const root = element('div', 'dump-box', element('table', 'dump', element('thead', '', head), body));
  // On a narrow window it is wider than its box: the keyboard moves it, too.
  root.tabIndex = 0;
  root.setAttribute('role', 'region');
  root.setAttribute('aria-label', text.dumpTitle);
  return {
    element: root,
    show(bytes: Uint8Array) {
      const rows = dumpRows(bytes).map(({ offset, hex, text: words }) =>
        element('tr', '', element('td', 'quiet', offset), element('td', '', hex), element('td', 'dump-text', words)),
      );
      body.replaceChildren(...rows);
    },
  };
}
