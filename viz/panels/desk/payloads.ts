/** Distinct payloads that came in the span, each with its first bytes as text. For analysts. */
import { type Payload, type PayloadList, readPayloads } from '../../feed/payload-answer.ts';
import { formatCount } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, setShown, setText, syncRows } from '../panel.ts';
import { cellTime } from './csv.ts';
import { type DeskContext, type DeskPanel, type DeskSight, onChange } from './desk-panel.ts';
import { pathOf } from './moment.ts';
import { type PayloadFilter, payloadFilterOf } from './payload-filter.ts';
import {
  aboutCount,
  choiceButton,
  orderChooser,
  payloadButton,
  portWords,
  previewOf,
  ROWS,
  ROWS_ENLARGED,
} from './payload-parts.ts';
import { momentTime } from './tell.ts';

export const payloads: DeskPanel = {
  id: 'payloads',
  title: 'deskPayloads',
  isWide: true,
  forAnalysts: 'payloadsForAnalysts',
  make(context) {
    const { text, actions } = context;
    const orders = orderChooser(context, (payloadOrder) => actions.setDesk({ payloadOrder }));
    let isOnlySites = false;
    const onlySites = choiceButton(text.payloadsWithSites, () => actions.setDesk({ payloadsWithSites: !isOnlySites }));
    const columns = [
      text.payloadText,
      text.aboutPorts,
      text.packets,
      text.aboutSources,
      text.orderFirst,
      text.orderLast,
      text.payloadSites,
    ];
    const head = element('tr', '', ...columns.map((name) => element('th', '', name)));
    for (const cell of head.children) cell.setAttribute('scope', 'col');
    const body = element('tbody');
    const table = element('table', 'desk-table payload-table', element('thead', '', head), body);
    const none = element('p', 'quiet payload-none');
    const [leftOut, note] = [element('p', 'desk-note desk-warned'), element('p', 'desk-note')];
    const tools = element('div', 'payload-tools', orders.element, onlySites);
    const changed = onChange();
    const filterOf = rememberedFilter();
    let rows: readonly Payload[] = [];
    return {
      element: element('div', 'payload-panel', tools, leftOut, table, none, note),
      update(sight) {
        const { desk } = sight.state;
        isOnlySites = desk.payloadsWithSites;
        orders.show(desk.payloadOrder);
        onlySites.setAttribute('aria-pressed', String(isOnlySites));
        const filter = filterOf(sight.moment.filter);
        setShown(leftOut, filter.left !== '');
        setText(leftOut, fill(text.payloadsFilterLeft, { filter: filter.left }));
        const answer = ask(sight, filter, context);
        if (!changed(answer.value, filter, isOnlySites)) return [answer];
        rows = answer.value?.payloads ?? [];
        syncRows(
          body,
          rows,
          () => createRow(context),
          (row, payload) => fillRow(row, payload, context),
        );
        setShown(table, rows.length > 0);
        setShown(none, answer.value !== null && rows.length === 0);
        setText(none, isOnlySites || filter.applied !== '' ? text.deskNone : text.payloadsNone);
        setText(note, answer.value ? noteOf(answer.value, context) : '');
        return [answer];
      },
      filterOf: ({ filter }) => filterOf(filter).applied,
      table: () => ({
        header: [
          'id',
          'digest',
          'protocol',
          'bytes',
          'captured',
          'kept',
          'packets',
          'aboutSources',
          'first',
          'last',
        ].concat(['ports', 'morePorts', 'sensors', 'sites', 'text']),
        rows: rows.map((payload) => [
          ...[payload.id, payload.digest, payload.protocol],
          ...[payload.wireBytes, payload.capturedBytes, payload.keptBytes, payload.packets, payload.sources],
          ...[cellTime(payload.firstSeconds), cellTime(payload.lastSeconds)],
          ...[payload.ports.join(' '), payload.hasMorePorts ? 'yes' : 'no', payload.sensors.join(' '), payload.sites],
          previewOf(payload),
        ]),
      }),
    };
  },
};

/** It is asked several times a second, and read when it is another. */
function rememberedFilter(): (filter: string) => PayloadFilter {
  let read = payloadFilterOf('');
  let of = '';
  return (filter) => {
    if (filter !== of) [of, read] = [filter, payloadFilterOf(filter)];
    return read;
  };
}

function ask({ moment, state, isEnlarged }: DeskSight, filter: PayloadFilter, { questions }: DeskContext) {
  const { payloadOrder, payloadsWithSites } = state.desk;
  const { port, protocol } = filter;
  const path = pathOf('payloads', { ...moment, filter: '' }, moment, {
    order: payloadOrder,
    limit: isEnlarged ? ROWS_ENLARGED : ROWS,
    ...(port === null ? {} : { port }),
    ...(protocol === null ? {} : { protocol }),
    ...(payloadsWithSites ? { sites: 'true' } : {}),
  });
  return questions.ask({ name: 'payloads', path, keepSeconds: moment.keepSeconds, read: readPayloads });
}

function createRow(context: DeskContext): HTMLElement {
  const cells = Array.from({ length: 6 }, () => element('td'));
  return element('tr', '', element('td', '', payloadButton(context)), ...cells);
}

function fillRow(row: HTMLElement, payload: Payload, context: DeskContext): void {
  const { text, language, timeOf } = context;
  const [first, ...cells] = row.children as unknown as HTMLElement[];
  const button = first!.firstElementChild as HTMLButtonElement;
  button.dataset.id = payload.id;
  button.title = text.payloadOpen;
  setText(button, previewOf(payload).trim() || text.payloadEmpty);
  const words = [
    portWords(payload),
    formatCount(payload.packets, language),
    aboutCount(payload.sources, context),
    momentTime(payload.firstSeconds, timeOf),
    momentTime(payload.lastSeconds, timeOf),
    payload.sites === 0 ? '–' : formatCount(payload.sites, language),
  ];
  for (const [at, cell] of cells.entries()) setText(cell, words[at]!);
}

function noteOf({ total, payloads: shown, account }: PayloadList, { text, language }: DeskContext): string {
  const number = (value: number) => formatCount(value, language);
  const { present, expired, givenUp } = account;
  const counts = { present: number(present), expired: number(expired), givenUp: number(givenUp) };
  return [
    total > shown.length ? fill(text.payloadsShown, { shown: number(shown.length), total: number(total) }) : '',
    shown.length > 0 ? text.payloadsNote : '',
    present + expired + givenUp > 0 ? fill(text.payloadsAccount, counts) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
