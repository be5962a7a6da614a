/** The ledger: from the wire to the screen, every packet accounted for. */
import { sumCounts } from '../../shared/counters.ts';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { formatCount } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { type LedgerRow, ledgerRows, ledgerVerdict, problemsOf } from './ledger-rows.ts';
import { element, type PanelMaker, section, setShown, setText, syncRows } from './panel.ts';

export const ledger: PanelMaker = ({ text, language }) => {
  const verdict = element('p', 'verdict');
  const rows = element('ol', 'ledger-rows');
  const damage = element('ul', 'damage');
  const count = (value: number) => formatCount(value, language);

  function fillRow(row: HTMLElement, { stage, unit, count: value, losses }: LedgerRow): void {
    const [name, number, lost] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
    row.dataset.unit = unit;
    setText(name, text[stage]);
    setText(number, count(value));
    setText(
      lost,
      losses.map(({ reason, count: lostCount }) => `− ${fill(text[reason], { count: count(lostCount) })}`).join('  '),
    );
    setShown(lost, losses.length > 0);
  }

  return {
    element: section('ledger', text.ledger, verdict, rows, damage),
    update({ totals, page }) {
      if (!totals) return;
      const { holds, inFlight, broken } = ledgerVerdict(totals, page);
      const mark = holds ? `✓ ${text.balances}` : `✗ ${text.doesNotBalance}: ${broken.join('; ')}`;
      setText(verdict, inFlight > 0 ? `${mark} · ${fill(text.underway, { count: count(inFlight) })}` : mark);
      verdict.classList.toggle('verdict-bad', !holds);
      syncRows(rows, ledgerRows(totals, page), createRow, fillRow);
      const behind =
        totals.seriesBehind > 0 ? [`⚠ ${fill(text.seriesBehind, { count: count(totals.seriesBehind) })}`] : [];
      const { evidenceRefused, payloadsRefused } = totals.ledger.server;
      const refused = sumCounts(evidenceRefused) + sumCounts(payloadsRefused);
      if (refused > 0) behind.push(`⚠ ${fill(text.ledgerFindingsRefused, { count: count(refused) })}`);
      syncRows(damage, [...behind, ...problemsOf(totals, text), ...damageOf(totals)], () => element('li'), setText);
    },
  };
};

function createRow(): HTMLElement {
  return element('li', 'ledger-row', element('span', 'stage'), element('span', 'count'), element('span', 'lost'));
}

function damageOf({ sensors }: LiveTotals): string[] {
  return sensors.flatMap(({ name, damage }) => damage.map((sentence) => `⚠ ${name}: ${sentence}`)).slice(0, 4);
}
