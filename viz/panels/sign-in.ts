/** The sign-in: a dialog that takes a token and forgets it, or says who one is. */
import { type SignInFailure, seesTargets } from '../feed/sign-in.ts';
import type { PageState } from '../state.ts';
import { fill, type Text } from '../text/text.ts';
import { createDialog } from './dialog.ts';
import { element, type PanelContext, type PanelMaker, setShown, setText } from './panel.ts';

export interface SignInDialog {
  readonly element: HTMLDialogElement;
  update(state: PageState): void;
}

export function createSignIn({ text, actions }: PanelContext): SignInDialog {
  // Without a name nothing of it could be sent by the browser itself, and so nothing could stand in the address.
  const token = element('input', 'sign-in-token');
  token.type = 'password';
  token.required = true;
  token.maxLength = 200;
  token.spellcheck = false;
  token.autocomplete = 'off';
  const complaint = element('p', 'sign-in-complaint');
  complaint.setAttribute('role', 'alert');
  const enter = button(text.signIn, 'submit');
  const label = element('label', 'sign-in-field', element('span', '', text.signInToken), token);
  const form = element('form', 'sign-in-form', element('p', '', text.signInHint), label, complaint, enter);
  const who = element('p', 'sign-in-who');
  const leave = button(text.signOut, 'button');
  const dialog = createDialog(text, 'signIn', text.signInTitle, form, who, leave);

  const settle = (failure: SignInFailure | null) => {
    setText(complaint, failure === null ? '' : complaintOf(failure, text));
    if (failure === null) dialog.close();
    else if (!form.hidden) token.focus();
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const given = token.value.trim();
    token.value = '';
    enter.disabled = true;
    const failure = await actions.signIn(given);
    enter.disabled = false;
    settle(failure);
  });
  leave.addEventListener('click', async () => settle(await actions.signOut()));
  dialog.addEventListener('close', () => {
    token.value = '';
    setText(complaint, '');
  });
  return {
    element: dialog,
    update({ hello }) {
      const isSignedIn = hello !== null && hello.name !== null;
      setShown(form, !isSignedIn);
      setShown(who, isSignedIn);
      setShown(leave, isSignedIn);
      setText(who, whoOf(hello, text));
    },
  };
}

/** Who one is, in the header: nothing for a viewer without a token. */
export const whoLine: PanelMaker = ({ text }) => {
  const line = element('p', 'who');
  return {
    element: line,
    update({ hello }) {
      setShown(line, hello !== null && (hello.name !== null || seesTargets(hello)));
      setText(line, whoOf(hello, text));
    },
  };
};

function whoOf(hello: PageState['hello'], text: Text): string {
  if (hello === null) return '';
  const role = { viewer: text.roleViewer, analyst: text.roleAnalyst, administrator: text.roleAdministrator }[
    hello.role
  ];
  return hello.name === null ? role : `${hello.name} · ${role}`;
}

function complaintOf({ code, waitSeconds }: SignInFailure, text: Text): string {
  if (code === 'ACCESS_TOKEN') return text.signInWrong;
  if (code === 'ACCESS_ROLE') return text.signInSensor;
  if (code === 'ACCESS_TOO_MANY_TRIES') return fill(text.signInWait, { seconds: waitSeconds });
  return fill(text.signInFailed, { code: code || text.lost });
}

function button(label: string, type: 'button' | 'submit'): HTMLButtonElement {
  const made = element('button', 'key-button', label);
  made.type = type;
  return made;
}
