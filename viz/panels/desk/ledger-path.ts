/** The ledger as a picture of the path: what came through each stage, left to right, and what fell out there. It is of now, and of all packets. */

import { formatCount } from '../../text/format.ts';
import { fill, type TextKey } from '../../text/text.ts';
import { type LedgerRow, ledgerRows, ledgerVerdict } from '../ledger-rows.ts';
import { element, setText, syncRows } from '../panel.ts';
import type { Cell } from './csv.ts';
import type { DeskPanel } from './desk-panel.ts';
import { createBeside } from './ledger-beside.ts';

/** Figures that change faster cannot be read, and each change is a layout. */
const EVERY_MILLISECONDS = 1_000;
/** The thinnest that a stage with packets becomes: it is thin, and not gone. */
const THINNEST = 6;

export const ledgerPath: DeskPanel = {
  id: 'ledger',
  title: 'deskLedger',
  isWide: true,
  isLive: true,
  make(context) {
    const { text, language } = context;
    const verdict = element('p', 'verdict');
    const path = element('ol', 'path');
    const note = element('p', 'desk-note', text.deskLedgerNote);
    const beside = createBeside(context);
    const count = (value: number) => formatCount(value, language);
    let rows: readonly LedgerRow[] = [];
    let drawnMilliseconds = Number.NEGATIVE_INFINITY;
    const lossWords = (reason: TextKey, lost: number) => fill(text[reason], { count: count(lost) });

    function fillStage(stage: HTMLElement, { row, height }: { row: LedgerRow; height: number }): void {
      const [name, flow, number, losses] = stage.children as unknown as [
        HTMLElement,
        HTMLElement,
        HTMLElement,
        HTMLElement,
      ];
      stage.dataset.unit = row.unit;
      setText(name, text[row.stage]);
      (flow.firstElementChild as HTMLElement).style.height = `${height}%`;
      setText(number, `${count(row.count)} ${row.unit === 'packets' ? text.packetsUnit : text.flowsUnit}`);
      syncRows(
        losses,
        row.losses,
        () => element('li'),
        (item, { reason, count: lost }) => setText(item, `↓ ${lossWords(reason, lost)}`),
      );
    }

    return {
      element: element('div', 'path-panel', verdict, path, beside.element, note),
      update(sight) {
        const { totals, page } = sight.state;
        beside.update(sight);
        const now = performance.now();
        if (totals === null || now - drawnMilliseconds < EVERY_MILLISECONDS) return [];
        drawnMilliseconds = now;
        rows = ledgerRows(totals, page);
        const { holds, inFlight, broken } = ledgerVerdict(totals, page);
        const mark = holds ? `✓ ${text.balances}` : `✗ ${text.doesNotBalance}: ${broken.join('; ')}`;
        setText(verdict, inFlight > 0 ? `${mark} · ${fill(text.underway, { count: count(inFlight) })}` : mark);
        verdict.classList.toggle('verdict-bad', !holds);
        syncRows(path, withHeights(rows), createStage, fillStage);
        return [];
      },
      table: () => ({
        header: ['stage', 'unit', 'count', 'lost', 'reason'],
        rows: rows
          .flatMap(({ stage, unit, count: passed, losses }): Cell[][] => [
            [stage, unit, passed, null, null],
            ...losses.map(({ reason, count: lost }) => [stage, unit, null, lost, reason]),
          ])
          .concat(beside.rows()),
      }),
    };
  },
};

/** Of the most of its unit, by the figure itself: what is lost is seen as large as it is. */
function withHeights(rows: readonly LedgerRow[]): { row: LedgerRow; height: number }[] {
  const most = (unit: LedgerRow['unit']) =>
    Math.max(1, ...rows.filter((row) => row.unit === unit).map((row) => row.count));
  return rows.map((row) => ({
    row,
    height: row.count === 0 ? 0 : Math.max(THINNEST, (row.count / most(row.unit)) * 100),
  }));
}

function createStage(): HTMLElement {
  const flow = element('span', 'path-flow', element('span'));
  flow.setAttribute('aria-hidden', 'true');
  return element(
    'li',
    'path-stage',
    element('span', 'path-name'),
    flow,
    element('span', 'path-count'),
    element('ul', 'path-lost'),
  );
}
