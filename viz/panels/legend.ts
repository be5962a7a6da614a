/** The colours, how much of each there is, and a switch for each. */
import { trafficClassNames } from '../../shared/protocols.ts';
import { classColours } from '../scene/class-colours.ts';
import { formatRate } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { element, letGo, type PanelMaker, section, setText } from './panel.ts';

export const legend: PanelMaker = ({ text, language, actions }) => {
  const list = element('ul', 'legend-list');
  const rows = trafficClassNames.flatMap((name, id) => {
    if (name === '') return [];
    const swatch = element('span', 'swatch');
    swatch.style.backgroundColor = classColours[id]!;
    swatch.style.color = classColours[id]!;
    const rate = element('span', 'legend-rate');
    const button = element('button', 'legend-entry', swatch, element('span', 'legend-name', text[name]), rate);
    button.type = 'button';
    button.setAttribute('aria-label', fill(text.showClass, { name: text[name] }));
    button.addEventListener('click', (event) => {
      actions.toggleClass(id);
      letGo(event);
    });
    list.append(element('li', '', button));
    return [{ id, button, rate }];
  });
  return {
    element: section('legend', text.legend, list),
    update({ totals, classMask }) {
      for (const { id, button, rate } of rows) {
        button.setAttribute('aria-pressed', String(((classMask >> id) & 1) === 1));
        setText(rate, formatRate(totals?.classPacketsPerSecond[id] ?? 0, language));
      }
    },
  };
};
