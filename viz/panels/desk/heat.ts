/** Port × time: how many packets each of the busiest ports got in each bin, as a map of colours. */
import { readSeriesAnswer, type SeriesAnswer } from '../../feed/series-answer.ts';
import { formatCount, formatShort } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, letGo, setText, syncRows } from '../panel.ts';
import { cellTime } from './csv.ts';
import { type DeskContext, type DeskPanel, onChange } from './desk-panel.ts';
import { heatScale, heatSteps } from './heat-scale.ts';
import { pathOf } from './moment.ts';
import { sensorNames } from './sensor-names.ts';
import { put, shape } from './shapes.ts';
import { clockTime } from './tell.ts';
import { termOf, wordsOf } from './terms.ts';
import { drawTimeAxis, timeAxis, timeScale } from './time-axis.ts';
import { edges } from './time-chart.ts';

const PORTS = 12;
const PORTS_ENLARGED = 40;
const AXIS_PIXELS = 20;

export const heat: DeskPanel = {
  id: 'map',
  title: 'deskHeat',
  isWide: true,
  make(context) {
    const { text, language, timeOf } = context;
    const names = element('ol', 'heat-names');
    const canvas = element('canvas', 'heat-cells');
    const axis = timeAxis();
    const svg = shape('svg', { class: 'heat-axis', 'aria-hidden': 'true' });
    svg.append(axis);
    const cells = element('div', 'heat-map', canvas, svg);
    const legend = element('p', 'heat-legend desk-note');
    const pointed = element('p', 'desk-note');
    const changed = onChange();
    let shown: SeriesAnswer | null = null;
    const drawAxis = () => {
      // On a large screen the axis is drawn as on a small one, and enlarged.
      const width = Math.round((cells.clientWidth * AXIS_PIXELS) / Math.max(AXIS_PIXELS, svg.clientHeight));
      if (shown === null || width < 40) return;
      put(svg, { viewBox: `0 0 ${width} ${AXIS_PIXELS}` });
      const { fromSeconds, toSeconds } = edges(shown);
      drawTimeAxis(axis, timeScale(fromSeconds, toSeconds, [0, width], timeOf), 0, timeOf);
    };
    new ResizeObserver(drawAxis).observe(cells);
    canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      if (shown === null) return;
      const at = Math.floor((offsetX / canvas.clientWidth) * shown.bins.length);
      const row = shown.keys[Math.floor((offsetY / canvas.clientHeight) * shown.keys.length)];
      if (!row || shown.bins[at] === undefined) return;
      const count = formatCount(row.values[at]!, language);
      setText(pointed, fill(text.deskCell, { port: row.key, time: clockTime(shown.bins[at]!, timeOf), count }));
    });
    return {
      element: element('div', 'heat-panel', names, cells, legend, pointed),
      update({ moment, state, isEnlarged }) {
        const { keepSeconds, stepSeconds } = moment;
        const keys = isEnlarged ? PORTS_ENLARGED : PORTS;
        const path = pathOf('series', moment, moment, { by: 'port', keys, step: stepSeconds });
        const answer = context.questions.ask({ name: 'map', path, keepSeconds, read: readSeriesAnswer });
        if (!changed(answer.value)) return [answer];
        shown = answer.value && { ...answer.value, keys: answer.value.keys.filter(({ key }) => key !== 'other') };
        syncRows(
          names,
          shown?.keys ?? [],
          () => nameButton(context),
          (item, { key }) => {
            const button = item.firstElementChild as HTMLButtonElement;
            const { name, note } = wordsOf('port', key, context, sensorNames(state));
            setText(button, [name, note].filter(Boolean).join(' '));
            button.dataset.term = termOf('port', key, sensorNames(state)) ?? '';
            button.title = fill(text.deskOnly, { term: button.dataset.term });
          },
        );
        const most = drawCells(canvas, shown);
        drawAxis();
        drawLegend(legend, most, fill(text.deskHeatUnit, { duration: `${shown?.stepSeconds ?? 0} s` }));
        return [answer];
      },
      table: () => ({
        header: ['time', 'stepSeconds', ...(shown?.keys.map(({ key }) => key) ?? [])],
        rows: Array.from(shown?.bins ?? [], (bin, at) => [
          cellTime(bin),
          shown!.stepSeconds,
          ...shown!.keys.map(({ values }) => values[at]!),
        ]),
      }),
    };
  },
};

/** A pixel a cell, which the browser makes larger. Gives the largest figure. */
function drawCells(canvas: HTMLCanvasElement, answer: SeriesAnswer | null): number {
  const [width, height] = [answer?.bins.length ?? 0, answer?.keys.length ?? 0];
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  if (answer === null || width === 0 || height === 0) return 0;
  const most = answer.keys.reduce((sofar, { values }) => values.reduce((a, b) => Math.max(a, b), sofar), 0);
  const context = canvas.getContext('2d')!;
  const picture = context.createImageData(width, height);
  const colourOf = heatScale(most);
  for (const [row, { values }] of answer.keys.entries()) {
    for (let at = 0; at < width; at++) {
      const colour = colourOf(values[at]!);
      if (colour) picture.data.set([...colour, 255], (row * width + at) * 4);
    }
  }
  context.putImageData(picture, 0, 0);
  return most;
}

function drawLegend(legend: HTMLElement, most: number, unit: string): void {
  const colourOf = heatScale(most);
  const steps = most === 0 ? [] : heatSteps(most);
  legend.replaceChildren(
    ...steps.map((step) => {
      const swatch = element('span', 'chart-swatch');
      swatch.style.background = `rgb(${colourOf(step)!.join(' ')})`;
      return element('span', 'heat-step', swatch, formatShort(step));
    }),
    element('span', '', unit),
  );
}

function nameButton({ actions }: DeskContext): HTMLElement {
  const button = element('button', 'chart-key');
  button.type = 'button';
  button.addEventListener('click', (event) => {
    if (button.dataset.term) actions.narrow(button.dataset.term, event.shiftKey);
    letGo(event);
  });
  return element('li', '', button);
}
