/** What one reads from five metres away: state, time, packets a second. It stands in a kiosk only; sizes are in style-wall.css. */
import { formatRate } from '../text/format.ts';
import { conditionsOf, stateWord } from './conditions.ts';
import { element, type PanelMaker, setShown, setText } from './panel.ts';

export const wallStrip: PanelMaker = ({ text, language, timeOf }) => {
  const word = element('strong', 'wall-word');
  const more = element('span', 'wall-more');
  const time = element('span', 'wall-time');
  const zone = element('span', 'wall-unit');
  const date = element('span', 'wall-more');
  const rate = element('span', 'wall-rate');
  const cell = (className: string, ...children: Node[]) => element('div', `wall-cell ${className}`, ...children);
  const root = element(
    'section',
    'panel wall-strip',
    cell('wall-state', word, more),
    cell('wall-clock', element('p', '', time, zone), date),
    cell('wall-packets', element('p', '', rate, element('span', 'wall-unit', text.packetsPerSecond))),
  );
  root.setAttribute('aria-label', text.wallLabel);
  return {
    element: root,
    update(state) {
      setShown(root, state.kioskSeconds !== null);
      if (state.kioskSeconds === null) return;
      const { weight, words } = stateWord(state, text);
      root.dataset.weight = weight;
      setText(word, words);
      const conditions = conditionsOf(state, text, language).map((condition) => condition.words);
      setText(more, conditions.join(' · '));
      const shown = timeOf(state.captureSeconds ?? state.totals?.clock.newestSeconds ?? null);
      setText(time, shown.time);
      setText(zone, shown.zone);
      setText(date, shown.date);
      setText(rate, formatRate(state.totals?.rates.packetsPerSecond ?? 0, language));
    },
  };
};
