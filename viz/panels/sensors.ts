/** The sensors: who watches, from where, and what they lost. */
import type { SensorView } from '../../shared/wire/messages.ts';
import { formatCount, formatDuration } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { element, type PanelContext, type PanelMaker, section, setShown, setText, syncRows } from './panel.ts';

const MOST_ROWS = 6;
/** Health comes about once a second; a little more is nothing to speak of. */
const SILENT_SECONDS = 5;
const DAY_SECONDS = 86_400;
const MANY_WAITING = 10_000;

export const sensors: PanelMaker = (context) => {
  const { text } = context;
  const list = element('ul', 'sensor-list');
  const none = element('p', 'quiet', text.noSensors);
  return {
    element: section('sensors', text.sensors, none, list),
    update({ totals }) {
      const shown = (totals?.sensors ?? []).slice(0, MOST_ROWS);
      setShown(none, shown.length === 0);
      syncRows(list, shown, createRow, (row, sensor) => fillRow(row, sensor, context));
    },
  };
};

function createRow(): HTMLElement {
  const lamp = element('span', 'lamp');
  lamp.setAttribute('aria-hidden', 'true');
  return element('li', 'sensor', lamp, element('span', 'sensor-name'), element('span', 'sensor-note'));
}

function fillRow(row: HTMLElement, sensor: SensorView, context: PanelContext): void {
  const [, name, note] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  row.dataset.state = sensor.state;
  setText(name, sensor.name);
  setText(note, noteOf(sensor, context));
  row.classList.toggle('sensor-drops', sensor.droppedPackets > 0);
}

function noteOf(sensor: SensorView, { text, language, timeOf }: PanelContext): string {
  const { date, time, zone } = timeOf(Date.now() / 1000 - sensor.silentSeconds);
  const since = `${sensor.silentSeconds < DAY_SECONDS ? time : `${date} ${time}`} ${zone}`;
  const lost = fill(text.lostSince, { time: since });
  const states = { connected: text.stateConnected, lost, finished: text.stateFinished };
  const parts = [sensor.place ? sensor.place.name : text.placeNotSet, states[sensor.state]];
  if (sensor.state === 'connected' && sensor.link === 'down') parts.push(text.linkDown);
  if (sensor.state === 'connected' && sensor.silentSeconds > SILENT_SECONDS)
    parts.push(fill(text.silentFor, { duration: formatDuration(sensor.silentSeconds) }));
  // A few are always on their way.
  if ((sensor.waitingPackets ?? 0) > MANY_WAITING)
    parts.push(fill(text.waitingInSpool, { count: formatCount(sensor.waitingPackets!, language) }));
  parts.push(fill(text.dropped, { count: formatCount(sensor.droppedPackets, language) }));
  return parts.join(' · ');
}
