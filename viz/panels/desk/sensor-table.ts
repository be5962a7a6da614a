/** The sensors, as they say they are now: place, link, how late, what was dropped, what waits in the spool. */
import { formatCount, formatShort } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, letGo, setShown, setText, syncRows } from '../panel.ts';
import { cellTime } from './csv.ts';
import { type DeskContext, type DeskPanel, onChange } from './desk-panel.ts';
import { readSensors, type SensorRow } from './sensor-answer.ts';
import { termOf } from './terms.ts';

/** Sensors report twice a second; a table that is read by people need not. */
const KEEP_SECONDS = 5;
const LATE_SECONDS = 10;

export const sensorTable: DeskPanel = {
  id: 'sensors',
  title: 'sensors',
  isWide: true,
  isLive: true,
  make(context) {
    const { text, questions } = context;
    const body = element('tbody');
    const columns = [
      text.deskSensor,
      text.deskPlace,
      text.deskState,
      text.deskLink,
      text.deskLag,
      text.deskDropped,
      text.deskSpool,
    ];
    const head = element('tr', '', ...columns.map((name) => element('th', '', name)));
    for (const cell of head.children) cell.setAttribute('scope', 'col');
    const table = element('table', 'desk-table', element('thead', '', head), body);
    const none = element('p', 'quiet', text.noSensors);
    const changed = onChange();
    let rows: readonly SensorRow[] = [];
    return {
      element: element('div', '', none, table),
      update() {
        const answer = questions.ask({
          name: 'sensors',
          path: 'api/v1/sensors',
          keepSeconds: KEEP_SECONDS,
          read: readSensors,
        });
        if (!changed(answer.value)) return [answer];
        rows = answer.value ?? [];
        setShown(none, answer.value !== null && rows.length === 0);
        setShown(table, rows.length > 0);
        syncRows(
          body,
          rows,
          () => createRow(context),
          (row, sensor) => fillRow(row, sensor, context),
        );
        return [answer];
      },
      table: () => ({
        header: [
          'id',
          'name',
          'place',
          'state',
          'link',
          'lastHeard',
          'lagSeconds',
          'droppedPackets',
          'spoolPackets',
          'spoolBytes',
          'spoolHoursLeft',
        ],
        rows: rows.map(({ id, name, place, state, link, lastHeardSeconds, lagSeconds, droppedPackets, spool }) => [
          id,
          name,
          place,
          state,
          link,
          lastHeardSeconds === null ? null : cellTime(lastHeardSeconds),
          lagSeconds,
          droppedPackets,
          spool?.packets ?? null,
          spool?.bytes ?? null,
          spool?.hoursLeft ?? null,
        ]),
      }),
    };
  },
};

function createRow({ actions }: DeskContext): HTMLElement {
  const button = element('button', 'chart-key', element('span', 'lamp'), element('span'));
  button.type = 'button';
  button.addEventListener('click', (event) => {
    if (button.dataset.term) actions.narrow(button.dataset.term, event.shiftKey);
    letGo(event);
  });
  const cells = Array.from({ length: 6 }, () => element('td'));
  return element('tr', '', element('td', '', button), ...cells);
}

function fillRow(row: HTMLElement, sensor: SensorRow, context: DeskContext): void {
  const { text, language } = context;
  const [first, ...cells] = row.children as unknown as HTMLElement[];
  const button = first!.firstElementChild as HTMLButtonElement;
  row.dataset.state = sensor.state;
  setText(button.children[1] as HTMLElement, sensor.name);
  const term = termOf('sensor', String(sensor.id), () => sensor.name);
  button.disabled = term === null;
  button.dataset.term = term ?? '';
  button.title = term === null ? text.deskNoFilter : fill(text.deskOnly, { term });
  const { lagSeconds, droppedPackets, spool } = sensor;
  const words = [
    sensor.place ?? text.placeNotSet,
    stateWords(sensor, context),
    sensor.link === null
      ? '–'
      : sensor.link === 'up'
        ? text.deskLinkUp
        : sensor.link === 'down'
          ? text.deskLinkDown
          : text.deskLinkNone,
    lagSeconds === null ? '–' : `${lagSeconds.toFixed(1)} s`,
    droppedPackets === null ? '–' : formatCount(droppedPackets, language),
    spoolWords(spool, text, language),
  ];
  const isBad = [false, sensor.state === 'lost', sensor.link === 'down', (lagSeconds ?? 0) > LATE_SECONDS];
  isBad.push((droppedPackets ?? 0) > 0, spool?.isDiskFull === true);
  for (const [at, cell] of cells.entries()) {
    setText(cell, words[at]!);
    cell.classList.toggle('desk-bad', isBad[at]!);
  }
}

function stateWords({ state, lastHeardSeconds }: SensorRow, { text, timeOf }: DeskContext): string {
  if (state === 'connected') return text.stateConnected;
  if (state === 'finished') return text.stateFinished;
  if (state === 'absent' || lastHeardSeconds === null) return text.deskAbsent;
  const { date, time, zone } = timeOf(lastHeardSeconds);
  return fill(text.lostSince, { time: `${date} ${time} ${zone}` });
}

function spoolWords(spool: SensorRow['spool'], text: DeskContext['text'], language: DeskContext['language']): string {
  if (spool === null) return text.deskNoSpool;
  const { packets, bytes, hoursLeft, isDiskFull } = spool;
  const words = [fill(text.packetCount, { count: formatCount(packets, language) }), `${formatShort(bytes)}B`];
  if (hoursLeft !== null) words.push(fill(text.deskHoursLeft, { hours: formatCount(Math.floor(hoursLeft), language) }));
  if (isDiskFull) words.push(text.deskDiskFull);
  return words.join(' · ');
}
