/** Ranked bars: countries and ports of the last minute. */
import type { ReplayView } from '../replay/page-replay.ts';
import { stretchSecondsAt } from '../replay/speeds.ts';
import { formatCount, portName } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { element, type PanelMaker, section, setText, syncRows } from './panel.ts';

const MOST_ROWS = 8;
/** A bar is about so many pixels long: what changes less is not seen, and would keep it moving all the time. */
const STEPS = 160;

interface Bar {
  name: string;
  note: string;
  packets: number;
  /** Drawn quieter: it is no country. */
  quiet: boolean;
}

function createRow(): HTMLElement {
  const fill = element('span', 'bar-fill');
  return element(
    'li',
    'bar',
    element('span', 'bar-name', element('span'), element('span', 'bar-note')),
    element('span', 'bar-track', fill),
    element('span', 'bar-value'),
  );
}

function fillRow(row: HTMLElement, { name, note, packets, quiet }: Bar, most: number, count: string): void {
  const [label, track, value] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  setText(label.children[0] as HTMLElement, name);
  setText(label.children[1] as HTMLElement, note);
  setText(value, count);
  row.classList.toggle('bar-quiet', quiet);
  (track.firstElementChild as HTMLElement).style.transform = `scaleX(${Math.ceil((packets / most) * STEPS) / STEPS})`;
}

function bars(className: string, title: string, language: 'en' | 'ja') {
  const list = element('ol', 'bars');
  const root = section(className, title, list);
  return {
    element: root,
    name: (words: string) => setText(root.querySelector('h2')!, words),
    show(rows: Bar[]) {
      const most = Math.max(1, ...rows.map(({ packets }) => packets));
      syncRows(list, rows, createRow, (row, bar) => fillRow(row, bar, most, formatCount(bar.packets, language)));
    },
  };
}

/** Figures of a replay are of the stretch that is shown. */
export const stretchOf = ({ rate }: ReplayView) => ({ seconds: stretchSecondsAt(rate) });

export const topCountries: PanelMaker = ({ text, language, countryName }) => {
  const { element: root, show, name } = bars('countries', text.topCountries, language);
  root.title = text.approximate;
  return {
    element: root,
    update({ totals, replay }) {
      name(replay === null ? text.topCountries : fill(text.topCountriesReplay, stretchOf(replay)));
      const rows = (totals?.topCountries ?? []).slice(0, MOST_ROWS);
      show(
        rows.map(({ country, packets }) => ({ name: countryName(country), note: '', packets, quiet: country === '' })),
      );
    },
  };
};

export const topPorts: PanelMaker = ({ text, language }) => {
  const { element: root, show, name } = bars('ports', text.topPorts, language);
  return {
    element: root,
    update({ totals, replay }) {
      name(replay === null ? text.topPorts : fill(text.topPortsReplay, stretchOf(replay)));
      const rows = (totals?.topPorts ?? []).slice(0, MOST_ROWS);
      show(
        rows.map(({ protocol, port, packets }) => {
          const named = portName(protocol, port);
          return { name: named.port, note: named.service, packets, quiet: false };
        }),
      );
    },
  };
};
