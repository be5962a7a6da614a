/** The views, and what can be chosen of the one that is shown. */
import type { PageState } from '../state.ts';
import { views } from '../views/index.ts';
import { cubeForm } from './cube-form.ts';
import { element, letGo, type PanelMaker, setShown, setText } from './panel.ts';

export const viewBar: PanelMaker = (context) => {
  const { text, actions } = context;
  const button = (label: string, key: string, act: () => void) => {
    const made = element('button', 'view-button', label);
    made.type = 'button';
    made.title = key;
    made.setAttribute('aria-keyshortcuts', key);
    made.addEventListener('click', (event) => {
      act();
      letGo(event);
    });
    return made;
  };
  const shown = views.map(({ id, name, key }) => ({ id, button: button(text[name], key, () => actions.show(id)) }));
  const map = button(text.flatMap, 'M', actions.toggleMap);
  const height = button('', 'P', actions.toggleHeight);
  const form = cubeForm(context);
  const nav = element('nav', 'view-bar', ...shown.map((view) => view.button), map, height);
  nav.setAttribute('aria-label', text.views);
  return {
    element: element('div', 'view-panel', nav, form.element),
    update(state: PageState) {
      const { view, flat, heightBy } = state.settings;
      for (const one of shown) one.button.setAttribute('aria-pressed', String(one.id === view));
      map.setAttribute('aria-pressed', String(flat && view === 'atlas'));
      setText(height, heightBy === 'port' ? text.heightByPort : text.heightByDistance);
      setShown(map, view === 'atlas');
      setShown(height, view === 'atlas');
      setShown(form.element, view === 'cube');
      form.update(state);
    },
  };
};
