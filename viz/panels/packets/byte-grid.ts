/** The bytes of a packet, sixteen a row, as digits and as text. Arrow keys go from byte to byte. */

import { formatCount } from '../../text/format.ts';
import { printableText } from '../../text/safe-text.ts';
import { fill } from '../../text/text.ts';
import { element, type PanelContext, setShown, setText } from '../panel.ts';
import type { ByteRange } from './choice.ts';
import { byteText, offsetText, ROW_BYTES } from './hex-text.ts';

/** More is not looked through byte by byte: it is in the file. */
const MOST_SHOWN = 4_096;

export interface ByteGrid {
  readonly element: HTMLElement;
  show(bytes: Uint8Array): void;
  mark(range: ByteRange): void;
}

export function createByteGrid(context: PanelContext, choose: (at: number) => void): ByteGrid {
  const { text, language } = context;
  const grid = element('div', 'packet-bytes');
  grid.setAttribute('role', 'grid');
  grid.setAttribute('aria-label', text.packetsBytes);
  const left = element('p', 'quiet packet-left');
  const root = element('div', 'packet-bytes-box', grid, left);
  let cells: HTMLElement[] = [];
  let letters: HTMLElement[] = [];
  let marked: ByteRange = { offset: 0, length: 0 };

  function go(at: number): void {
    const to = Math.max(0, Math.min(cells.length - 1, at));
    if (cells[to] === undefined) return;
    choose(to);
    focusAt(to);
  }

  /** Of all bytes that are marked the keyboard stands on the one that was gone to. */
  function focusAt(at: number): void {
    for (const cell of grid.querySelectorAll<HTMLElement>('[tabindex="0"]')) cell.tabIndex = -1;
    const cell = cells[at];
    if (cell === undefined) return;
    cell.tabIndex = 0;
    cell.focus();
  }

  grid.addEventListener('click', (event) => {
    const at = event.target instanceof HTMLElement ? event.target.dataset.at : undefined;
    if (at !== undefined) go(Number(at));
  });
  grid.addEventListener('keydown', (event) => {
    const from = event.target instanceof HTMLElement ? event.target.dataset.at : undefined;
    if (from === undefined || event.altKey || event.metaKey) return;
    const at = Number(from);
    const rowBegin = at - (at % ROW_BYTES);
    const to = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - ROW_BYTES,
      ArrowDown: at + ROW_BYTES,
      Home: event.ctrlKey ? 0 : rowBegin,
      End: event.ctrlKey ? cells.length - 1 : rowBegin + ROW_BYTES - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (to >= 0) go(to);
  });

  function paint({ offset, length }: ByteRange, isMarked: boolean): void {
    for (let at = offset; at < Math.min(cells.length, offset + length); at++) {
      cells[at]!.classList.toggle('marked', isMarked);
      letters[at]!.classList.toggle('marked', isMarked);
      if (isMarked) cells[at]!.setAttribute('aria-selected', 'true');
      else cells[at]!.removeAttribute('aria-selected');
    }
  }

  return {
    element: root,
    show(bytes) {
      const shown = bytes.subarray(0, MOST_SHOWN);
      const written = printableText(shown);
      cells = Array.from(shown, (byte, at) => byteCell('gridcell', byteText(byte), at));
      letters = Array.from(written, (letter, at) => byteCell('', letter, at));
      grid.replaceChildren(...rowsOf(cells, letters));
      marked = { offset: 0, length: 0 };
      if (cells[0]) cells[0].tabIndex = 0;
      const more = bytes.length - shown.length;
      setShown(left, more > 0);
      setText(left, fill(text.packetBytesLeft, { count: formatCount(more, language) }));
    },
    mark(range) {
      paint(marked, false);
      marked = range;
      paint(range, true);
      const hasFocus = grid.contains(document.activeElement);
      if (hasFocus || range.length === 0) return;
      for (const cell of grid.querySelectorAll<HTMLElement>('[tabindex="0"]')) cell.tabIndex = -1;
      const first = cells[range.offset] ?? cells[0];
      if (first === undefined) return;
      first.tabIndex = 0;
      first.scrollIntoView({ block: 'nearest' });
    },
  };
}

function byteCell(role: string, words: string, at: number): HTMLElement {
  const cell = element('span', 'packet-byte', words);
  if (role !== '') cell.setAttribute('role', role);
  cell.dataset.at = String(at);
  if (role !== '') cell.tabIndex = -1;
  return cell;
}

function rowsOf(cells: readonly HTMLElement[], letters: readonly HTMLElement[]): HTMLElement[] {
  return Array.from({ length: Math.ceil(cells.length / ROW_BYTES) }, (_, row) => {
    const [from, to] = [row * ROW_BYTES, (row + 1) * ROW_BYTES];
    const offset = element('span', 'packet-offset', offsetText(from));
    offset.setAttribute('role', 'rowheader');
    const written = element('span', 'packet-letters', ...letters.slice(from, to));
    written.setAttribute('role', 'gridcell');
    const digits = element('span', 'packet-digits', ...cells.slice(from, to));
    digits.setAttribute('role', 'presentation');
    const line = element('div', 'packet-line', offset, digits, written);
    line.setAttribute('role', 'row');
    return line;
  });
}
