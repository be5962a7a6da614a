/** Whom the page owes thanks, and buttons for those without a keyboard. */
import { element, letGo, type PanelMaker, setText } from './panel.ts';

export const footer: PanelMaker = ({ text, actions }) => {
  const credits = element('p', 'credits');
  const buttons = element('nav', 'buttons');
  for (const [label, key, act] of [
    [text.pause, 'Space', actions.togglePause],
    [text.rotate, 'A', actions.toggleRotation],
    [text.hide, 'H', actions.togglePanels],
    [text.fullScreen, 'F', actions.toggleFullScreen],
    [text.language, 'L', actions.toggleLanguage],
    [text.signIn, 'I', actions.toggleSignIn],
    [text.help, '?', actions.toggleHelp],
  ] as const) {
    const button = element('button', 'key-button', label);
    button.type = 'button';
    button.setAttribute('aria-keyshortcuts', key);
    button.title = key;
    button.addEventListener('click', (event) => {
      act();
      letGo(event);
    });
    buttons.append(button);
  }
  return {
    element: element('footer', 'footer', credits, buttons),
    update({ totals }) {
      setText(credits, [text.approximate, ...(totals?.credits ?? []), 'map: Natural Earth'].join(' · '));
    },
  };
};
