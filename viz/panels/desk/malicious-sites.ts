/** Addresses that commands in payloads would have their receiver fetch from, made harmless. For analysts. Nothing is ever fetched. */
import { readSites, type Site } from '../../feed/payload-answer.ts';
import { formatCount } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, setShown, setText, syncRows } from '../panel.ts';
import { cellTime, fileName } from './csv.ts';
import { type DeskContext, type DeskPanel, type DeskSight, onChange } from './desk-panel.ts';
import { type Moment, pathOf } from './moment.ts';
import { aboutCount, hiddenWords, orderChooser, payloadButton, ROWS, ROWS_ENLARGED } from './payload-parts.ts';
import { momentTime } from './tell.ts';

/** As many as the server gives. */
const MOST_SAVED = 1_000;
const FORMATS = ['csv', 'ndjson'] as const;

export const maliciousSites: DeskPanel = {
  id: 'sites',
  title: 'deskSites',
  isWide: true,
  forAnalysts: 'payloadsForAnalysts',
  make(context) {
    const { text, actions, language } = context;
    const orders = orderChooser(context, (siteOrder) => actions.setDesk({ siteOrder }));
    const links = FORMATS.map((format) => saveLink(format, context));
    const files = element('div', 'desk-choices payload-files', ...links.map(({ element: link }) => link));
    const columns = [
      text.siteAddress,
      text.siteTool,
      text.packets,
      text.sitePayloads,
      text.aboutSources,
      text.sensors,
      text.orderFirst,
      text.orderLast,
    ];
    const head = element('tr', '', ...columns.map((name) => element('th', '', name)));
    for (const cell of head.children) cell.setAttribute('scope', 'col');
    const body = element('tbody');
    const table = element('table', 'desk-table site-table', element('thead', '', head), body);
    const none = element('p', 'quiet payload-none', text.sitesNone);
    const [leftOut, note] = [element('p', 'desk-note desk-warned', text.sitesFilterLeft), element('p', 'desk-note')];
    const tools = element('div', 'payload-tools', orders.element, files);
    const changed = onChange();
    let rows: readonly Site[] = [];
    return {
      element: element('div', 'payload-panel', tools, leftOut, table, none, note),
      update(sight) {
        const { moment, state } = sight;
        orders.show(state.desk.siteOrder);
        setShown(leftOut, moment.filter !== '');
        for (const link of links) link.show(moment, state.desk.siteOrder);
        // Of a file that is only here, a server has no list: what is shown can be saved as of any panel.
        for (const { element: link } of links) setShown(link, !state.dropped);
        const answer = ask(sight, context);
        if (!changed(answer.value)) return [answer];
        rows = answer.value?.sites ?? [];
        syncRows(
          body,
          rows,
          () => createRow(context),
          (row, site) => fillRow(row, site, context),
        );
        setShown(table, rows.length > 0);
        setShown(files, rows.length > 0);
        setShown(none, answer.value !== null && rows.length === 0);
        const total = answer.value?.total ?? 0;
        const counts = { shown: formatCount(rows.length, language), total: formatCount(total, language) };
        const words = [
          total > rows.length ? fill(text.payloadsShown, counts) : '',
          text.sitesNote,
          rows.length > 0 ? text.payloadsNote : '',
        ];
        setText(note, words.filter(Boolean).join(' · '));
        return [answer];
      },
      filterOf: () => '',
      table: () => ({
        header: ['url', 'tool', 'hiddenBy', 'cut', 'packets', 'payloads', 'aboutSources', 'sensors', 'first', 'last'],
        rows: rows.map(
          ({ url, tool, steps, isCut, packets, payloads, sources, sensors, firstSeconds, lastSeconds }) => [
            ...[url, tool, steps.join(' '), isCut ? 'yes' : 'no', packets, payloads, sources, sensors.join(' ')],
            ...[cellTime(firstSeconds), cellTime(lastSeconds)],
          ],
        ),
      }),
    };
  },
};

function ask({ moment, state, isEnlarged }: DeskSight, { questions }: DeskContext) {
  const limit = isEnlarged ? ROWS_ENLARGED : ROWS;
  const path = sitesPath(moment, { order: state.desk.siteOrder, limit });
  return questions.ask({ name: 'sites', path, keepSeconds: moment.keepSeconds, read: readSites });
}

function sitesPath(moment: Moment, values: Readonly<Record<string, string | number>>): string {
  return pathOf('malicious-sites', { ...moment, filter: '' }, moment, values);
}

/** The whole list as a file: the browser asks the server for it. Nothing of a payload is in its address. */
function saveLink(format: (typeof FORMATS)[number], { text }: DeskContext) {
  const link = element('a', 'desk-choice', fill(text.sitesSave, { format: format.toUpperCase() }));
  link.title = fill(text.sitesSaveAbout, { count: MOST_SAVED });
  return {
    element: link,
    show(moment: Moment, order: string) {
      const href = sitesPath(moment, { order, limit: MOST_SAVED, format });
      if (link.getAttribute('href') === href) return;
      link.href = href;
      const span = `${cellTime(moment.fromSeconds)} ${cellTime(moment.toSeconds)}`;
      link.download = fileName('malicious-sites', `session${moment.session}`, span, format);
    },
  };
}

function createRow(context: DeskContext): HTMLElement {
  const address = element('td', 'site-address', element('span'), element('span', 'quiet'));
  const tool = element('td', '', element('span'), element('span', 'quiet'));
  const cells = Array.from({ length: 4 }, () => element('td'));
  return element('tr', '', address, tool, element('td'), element('td', '', payloadButton(context)), ...cells);
}

function fillRow(row: HTMLElement, site: Site, context: DeskContext): void {
  const { text, language, timeOf } = context;
  const [address, tool, packets, payloads, ...cells] = row.children as unknown as HTMLElement[];
  setText(address!.children[0] as HTMLElement, site.url);
  setText(address!.children[1] as HTMLElement, site.isCut ? text.siteCut : '');
  setText(tool!.children[0] as HTMLElement, site.tool);
  setText(tool!.children[1] as HTMLElement, hiddenWords(site, context));
  setText(packets!, formatCount(site.packets, language));
  const button = payloads!.firstElementChild as HTMLButtonElement;
  const [id] = site.ids;
  button.dataset.id = id ?? '';
  button.disabled = id === undefined;
  button.title = text.sitePayloadOpen;
  setText(button, formatCount(site.payloads, language));
  const words = [
    aboutCount(site.sources, context),
    site.sensors.join(text.listSeparator),
    momentTime(site.firstSeconds, timeOf),
    momentTime(site.lastSeconds, timeOf),
  ];
  for (const [at, cell] of cells.entries()) setText(cell, words[at]!);
}
