/** What the scene shows, as a table: for screen readers, and for whoever would rather read than look. */
import { formatCount, portName } from '../text/format.ts';
import { conditionsOf, stateWord } from './conditions.ts';
import { createDialog } from './dialog.ts';
import { element, type Panel, type PanelContext, setText, syncRows } from './panel.ts';

const MOST_ROWS = 12;
/** Cells that change under the reader's eyes are no use: the table follows slowly. */
const EVERY_MILLISECONDS = 5_000;

export interface SceneTable extends Panel {
  readonly element: HTMLDialogElement;
}

type Row = readonly [name: string, value: string];

export function createSceneTable({ text, language, countryName, timeOf }: PanelContext): SceneTable {
  const lead = element('p', 'table-lead');
  const tables = [
    table(text.topCountries, text.country, text.packets),
    table(text.topPorts, text.targetPort, text.packets),
    table(text.sensors, text.sensorColumn, text.stateColumn),
  ] as const;
  const box = element('div', 'scene-tables', ...tables.map(({ root }) => root));
  const dialog = createDialog(text, 'table', text.tableTitle, lead, box);
  dialog.classList.add('table-dialog');
  const count = (value: number) => formatCount(value, language);
  const states = { connected: text.stateConnected, lost: text.stateLost, finished: text.stateFinished };
  let last = Number.NEGATIVE_INFINITY;
  dialog.addEventListener('close', () => {
    last = Number.NEGATIVE_INFINITY;
  });
  return {
    element: dialog,
    update(state) {
      const now = performance.now();
      if (!dialog.open || now - last < EVERY_MILLISECONDS) return;
      last = now;
      const { date, time, zone } = timeOf(state.captureSeconds ?? state.totals?.clock.newestSeconds ?? null);
      const conditions = conditionsOf(state, text, language).map(({ words }) => words);
      setText(lead, [stateWord(state, text).words, `${date} ${time} ${zone}`.trim(), ...conditions].join(' · '));
      const { topCountries = [], topPorts = [], sensors = [] } = state.totals ?? {};
      const [countries, ports, watchers] = tables;
      countries.show(topCountries.map(({ country, packets }): Row => [countryName(country), count(packets)]));
      ports.show(
        topPorts.map(({ protocol, port, packets }): Row => {
          const name = portName(protocol, port);
          return [`${name.port} ${name.service}`.trim(), count(packets)];
        }),
      );
      watchers.show(
        sensors.map((sensor): Row => {
          const place = sensor.place?.name ?? text.placeNotSet;
          return [`${sensor.name} · ${place}`, states[sensor.state]];
        }),
      );
    },
  };
}

function table(caption: string, ...heads: readonly string[]) {
  const body = element('tbody');
  const head = element('tr', '', ...heads.map(headCell));
  const root = element('table', 'scene-table', element('caption', '', caption), element('thead', '', head), body);
  return {
    root,
    show(rows: readonly Row[]) {
      syncRows(body, rows.slice(0, MOST_ROWS), createRow, (row, cells) => {
        for (const [at, words] of cells.entries()) setText(row.children[at] as HTMLElement, words);
      });
    },
  };
}

function headCell(words: string): HTMLElement {
  const cell = element('th', '', words);
  cell.scope = 'col';
  return cell;
}

function createRow(): HTMLElement {
  const name = element('th');
  name.scope = 'row';
  return element('tr', '', name, element('td'));
}
