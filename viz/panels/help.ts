/** The sheet of keys. */
import { element, type PanelContext } from './panel.ts';

/** A dialog of the browser's own: it keeps the focus and closes with Escape. */
export function createHelp({ text }: PanelContext): HTMLDialogElement {
  const list = element('dl');
  for (const [key, does] of [
    ['1 2 3', text.helpViews],
    ['M', text.helpMap],
    ['P', text.helpHeight],
    ['C', text.helpColour],
    [text.arrowKeys, text.helpRotate],
    ['+ −', text.helpZoom],
    ['R', text.helpReset],
    ['A', text.helpAutoRotate],
    ['D', text.helpDesk],
    ['H', text.helpHide],
    ['F', text.helpFullScreen],
    ['L', text.helpLanguage],
    ['I', text.helpSignIn],
    [text.spaceKey, text.helpPause],
    [text.pointer, text.helpPointer],
    ['Esc', text.helpUnpin],
    ['?', text.helpHelp],
  ] as const) {
    list.append(element('dt', '', element('kbd', '', key)), element('dd', '', does));
  }
  const close = element('button', 'key-button', text.helpClose);
  close.type = 'button';
  const dialog = element('dialog', 'help panel', element('h2', '', text.helpTitle), list, close);
  dialog.setAttribute('aria-label', text.helpTitle);
  close.addEventListener('click', () => dialog.close());
  return dialog;
}
