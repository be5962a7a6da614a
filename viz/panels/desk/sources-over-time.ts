/** Distinct sources over time: how many addresses sent in each bin. They do not add up from bin to bin. */
import { readSeriesAnswer, type SeriesAnswer } from '../../feed/series-answer.ts';
import { classColour } from '../../scene/class-colours.ts';
import { formatDuration } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, setText } from '../panel.ts';
import { cellTime } from './csv.ts';
import { type DeskPanel, onChange } from './desk-panel.ts';
import { pathOf } from './moment.ts';
import { SpanHistory } from './span-history.ts';
import { timeChart } from './time-chart.ts';

export const sourcesOverTime: DeskPanel = {
  id: 'distinct',
  title: 'deskDistinct',
  make({ text, actions, questions, timeOf }) {
    const before = new SpanHistory(actions.setSpan);
    const chart = timeChart(text.deskDistinct, {
      timeOf,
      choose: (span) => before.choose(span),
      back: () => before.back(),
    });
    const note = element('p', 'desk-note');
    const changed = onChange();
    let shown: SeriesAnswer | null = null;
    return {
      element: element('div', 'chart-panel', chart.element, note),
      update({ moment, state }) {
        before.at(state.span);
        const values = { measure: 'sources', by: 'total', step: moment.distinctStepSeconds };
        const path = pathOf('series', moment, moment, values);
        const answer = questions.ask({
          name: 'distinct',
          path,
          keepSeconds: moment.keepSeconds,
          read: readSeriesAnswer,
        });
        if (!changed(answer.value)) return [answer];
        shown = answer.value;
        const layers = shown?.keys.map((each) => ({ values: each.values, colour: classColour(4) })) ?? [];
        chart.draw(shown && { answer: shown, layers, isRate: false });
        setText(note, shown ? fill(text.deskDistinctNote, { duration: formatDuration(shown.stepSeconds) }) : '');
        return [answer];
      },
      table: () => ({
        header: ['time', 'stepSeconds', 'outageSeconds', 'sources'],
        rows: Array.from(shown?.bins ?? [], (bin, at) => [
          cellTime(bin),
          shown!.stepSeconds,
          shown!.outageSeconds[at]!,
          shown!.keys[0]?.values[at] ?? 0,
        ]),
      }),
    };
  },
};
