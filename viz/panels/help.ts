/** The sheet of keys. */
import { keyList } from '../key-list.ts';
import { createDialog } from './dialog.ts';
import { element, type PanelContext } from './panel.ts';

export function createHelp({ text }: PanelContext): HTMLDialogElement {
  const list = element('dl');
  for (const { sign, does } of Object.values(keyList)) {
    const words = typeof sign === 'string' ? sign : text[sign.text];
    list.append(element('dt', '', element('kbd', '', words)), element('dd', '', text[does]));
  }
  return createDialog(text, 'help', text.helpTitle, list);
}
