/** Earlier sessions: when, how much, and the shape of their traffic. */
import { area, max, scaleLinear } from 'd3';
import type { RecordedSession } from '../feed/recorded.ts';
import { formatCount } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { element, letGo, type PanelContext, type PanelMaker, section, setShown, setText, syncRows } from './panel.ts';

const WIDTH = 100;
const HEIGHT = 20;

export const recorded: PanelMaker = (context) => {
  const { text, actions } = context;
  const list = element('ul', 'recorded-list');
  const all = element('button', 'key-button recorded-all', text.sessionsAll);
  all.type = 'button';
  all.addEventListener('click', (event) => {
    actions.toggleSessions();
    letGo(event);
  });
  const root = section('recorded', text.recorded, list, all);
  return {
    element: root,
    update(state) {
      const { sessions } = state.recorded;
      setShown(root, sessions.length > 0);
      syncRows(list, sessions, createRow, (row, session) => fillRow(row, session, context));
    },
  };
};

function createRow(): HTMLElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('class', 'spark-area');
  svg.append(shape);
  const row = element(
    'li',
    'recorded-row',
    element('span', 'recorded-name'),
    element('span', 'recorded-note'),
    element('span', 'recorded-count'),
  );
  row.append(svg);
  return row;
}

function fillRow(row: HTMLElement, session: RecordedSession, { text, language, timeOf }: PanelContext): void {
  const [name, note, count, svg] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement, SVGElement];
  const begin = timeOf(session.firstSeconds);
  const kinds: Record<string, string> = { simulated: text.kindSimulated, file: text.kindFile, live: text.kindLive };
  setText(name, `${session.name || text.kindLive} · ${kinds[session.kind] ?? session.kind}`);
  setText(note, `${begin.date} ${begin.time.slice(0, 5)} ${begin.zone}`);
  setText(count, formatCount(session.packets, language));
  count.title = fill(text.packetCount, { count: formatCount(session.packets, language) });
  const { rates } = session;
  const x = scaleLinear([0, Math.max(1, rates.length - 1)], [0, WIDTH]);
  const y = scaleLinear([0, Math.max(1, max(rates) ?? 1)], [HEIGHT, 1]);
  const path =
    area<number>(
      (_, i) => x(i),
      HEIGHT,
      (rate) => y(rate),
    )([...rates]) ?? '';
  svg.firstElementChild?.setAttribute('d', path);
}
