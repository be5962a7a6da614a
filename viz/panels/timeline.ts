/** The bottom line: the data's clock, and packets per second over the last minutes. */
import { area, curveMonotoneX, line, max, scaleLinear } from 'd3';
import { HISTORY_SECONDS, type RatePoint } from '../feed/rate-history.ts';
import { formatRate } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { element, type PanelMaker, setText } from './panel.ts';

const WIDTH = 1000;
const HEIGHT = 100;
/** Before minutes have passed the line uses the whole width for what there is, but not less than this. */
const SHORTEST_SECONDS = 60;

export const timeline: PanelMaker = ({ text, language, timeOf }) => {
  const date = element('span');
  const zone = element('span', 'clock-zone');
  const time = element('span', 'clock-time', '--:--:--');
  const clock = element(
    'div',
    'clock',
    element('span', 'clock-label', text.dataClock),
    element('p', '', time, element('span', 'clock-date', date, ' ', zone)),
  );
  const top = element('span', 'spark-top');
  const start = element('span', 'spark-start');
  const { svg, filled, stroked } = sparkline();
  const title = element('span', 'spark-title');
  const plot = element('div', 'spark', title, top, start, element('span', 'spark-now', text.now));
  plot.prepend(svg);
  const root = element('section', 'panel timeline', clock, plot);
  let drawn = '';
  return {
    element: root,
    update({ captureSeconds, totals, history, replay }) {
      const shown = timeOf(captureSeconds ?? totals?.clock.newestSeconds ?? null);
      setText(time, shown.time);
      setText(date, shown.date);
      setText(zone, shown.zone);
      const { points } = history;
      // A point comes once a second, and this is called more often.
      const wanted = `${replay === null} ${points.length} ${points[0]?.seconds} ${points.at(-1)?.seconds}`;
      if (wanted === drawn) return;
      drawn = wanted;
      const span = spanOf(points);
      const highest = max(points, ({ packetsPerSecond }) => packetsPerSecond) ?? 0;
      const minutes = Math.max(1, Math.round(span / 60));
      setText(title, fill(replay === null ? text.rateTitle : text.rateTitleReplay, { minutes }));
      setText(start, fill(text.minutesAgo, { minutes }));
      setText(top, formatRate(highest, language));
      const paths = drawPaths(points, span, highest);
      filled.setAttribute('d', paths.filled);
      stroked.setAttribute('d', paths.stroked);
    },
  };
};

function spanOf(points: readonly RatePoint[]): number {
  const seconds = points.length < 2 ? 0 : points.at(-1)!.seconds - points[0]!.seconds;
  return Math.min(HISTORY_SECONDS, Math.max(SHORTEST_SECONDS, seconds));
}

function drawPaths(points: readonly RatePoint[], span: number, highest: number) {
  const end = points.at(-1)?.seconds ?? 0;
  const x = scaleLinear([end - span, end], [0, WIDTH]);
  const y = scaleLinear([0, Math.max(1, highest * 1.05)], [HEIGHT, 2]);
  const at = (point: RatePoint) => x(point.seconds);
  const above = (point: RatePoint) => y(point.packetsPerSecond);
  const filled = area<RatePoint>(at, HEIGHT, above).curve(curveMonotoneX)([...points]) ?? '';
  const stroked = line<RatePoint>(at, above).curve(curveMonotoneX)([...points]) ?? '';
  return { filled, stroked };
}

function sparkline() {
  const create = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name);
  const svg = create('svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const filled = create('path');
  filled.setAttribute('class', 'spark-area');
  const stroked = create('path');
  stroked.setAttribute('class', 'spark-line');
  svg.append(filled, stroked);
  return { svg, filled, stroked };
}
