/** What stands over the picture at the top: what one is looking at, and the filter below it. */
import { createFilterBar } from './filter-bar.ts';
import { badges } from './header.ts';
import { element, type PanelMaker } from './panel.ts';

export const top: PanelMaker = (context) => {
  const [marks, bar] = [badges(context), createFilterBar(context)];
  return {
    element: element('div', 'top', marks.element, bar.element),
    update(state) {
      marks.update(state);
      bar.update(state);
    },
  };
};
