/** Asks before a recording is changed: for its new name, or whether it shall really go. What the server refuses is told there. */
import { fill, type Text } from '../../text/text.ts';
import { createDialog } from '../dialog.ts';
import { element, setShown, setText } from '../panel.ts';

export interface SessionChange {
  /** What will happen, or to what. */
  readonly words: readonly string[];
  /** Of the button that does it. */
  readonly button: string;
  /** The name so far, to be changed; null where nothing is asked for. */
  readonly name: string | null;
  /** Null when it worked, else the server's stable code. */
  act(name: string): Promise<string | null>;
}

/** As the server has it. */
const MOST_NAME_CHARACTERS = 200;

export interface ChangeDialog {
  readonly element: HTMLDialogElement;
  ask(change: SessionChange): void;
}

export function createChangeDialog(text: Text, title: string): ChangeDialog {
  const words = element('div', 'session-change-words');
  const field = element('input', 'session-name-field');
  field.type = 'text';
  field.required = true;
  field.maxLength = MOST_NAME_CHARACTERS;
  field.spellcheck = false;
  field.autocomplete = 'off';
  const label = element('label', 'session-change-field', element('span', '', text.sessionNewName), field);
  const complaint = element('p', 'session-change-complaint');
  complaint.setAttribute('role', 'alert');
  const enter = element('button', 'key-button session-change-enter');
  enter.type = 'submit';
  const form = element('form', 'session-change-form', words, label, complaint, enter);
  const dialog = createDialog(text, null, title, form);
  dialog.classList.add('session-change-dialog');
  let asked: SessionChange | null = null;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const change = asked;
    const name = field.value.trim();
    if (change === null || enter.disabled) return;
    if (change.name !== null && name === '') {
      field.value = '';
      field.reportValidity();
      return;
    }
    enter.disabled = true;
    const code = await change.act(name);
    // Meanwhile it may have been closed, and asked about another, which may be under way as well.
    if (change !== asked) return;
    enter.disabled = false;
    setText(complaint, code === null ? '' : fill(text.sessionRefused, { code }));
    if (code === null) dialog.close();
  });
  dialog.addEventListener('close', () => {
    asked = null;
    setText(complaint, '');
  });
  return {
    element: dialog,
    ask(change) {
      asked = change;
      enter.disabled = false;
      words.replaceChildren(...change.words.map((sentence) => element('p', '', sentence)));
      setShown(label, change.name !== null);
      field.required = change.name !== null;
      field.value = change.name ?? '';
      setText(enter, change.button);
      dialog.showModal();
      if (change.name !== null) field.select();
    },
  };
}
