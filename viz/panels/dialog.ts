/** A dialog of the browser's own: it keeps the focus, gives it back, and closes with Escape. */
import type { KeyName } from '../key-list.ts';
import type { Text } from '../text/text.ts';
import { element } from './panel.ts';

let count = 0;

/** `key` closes it as well: that which opened it, where there is one. */
export function createDialog(
  text: Text,
  key: KeyName | null,
  title: string,
  ...children: (Node | string)[]
): HTMLDialogElement {
  const close = element('button', 'key-button', text.helpClose);
  close.type = 'button';
  const heading = element('h2', '', title);
  heading.id = `dialog-title-${++count}`;
  const dialog = element('dialog', 'help panel', heading, ...children, close);
  if (key !== null) dialog.dataset.key = key;
  dialog.setAttribute('aria-labelledby', heading.id);
  close.addEventListener('click', () => dialog.close());
  return dialog;
}
