/** All that is recorded: a list to play, rename and delete, and the place to open a file. */
import { seesTargets } from '../../feed/sign-in.ts';
import type { StoredSession } from '../../replay/session-facts.ts';
import { formatCount, formatShort } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { onChange } from '../desk/desk-panel.ts';
import { askSessions } from '../desk/sessions.ts';
import { createDialog } from '../dialog.ts';
import { element, type Panel, type PanelContext, setShown, setText, syncRows } from '../panel.ts';
import { deleteSession, renameSession } from './change-session.ts';

export interface SessionsDialog extends Panel {
  readonly element: HTMLDialogElement;
}

const KEEP_SECONDS = 3;
/** The latest; more are found by the API. */
const MOST_ROWS = 200;
const MOST_NAME_CHARACTERS = 200;

export function createSessions(context: PanelContext): SessionsDialog {
  const { text, questions } = context;
  const complaint = element('p', 'sign-in-complaint');
  complaint.setAttribute('role', 'alert');
  const list = element('ul', 'session-list');
  const none = element('p', 'quiet', text.sessionsNone);
  const note = element('p', 'quiet', text.sessionForAnalysts);
  const file = filePart(context);
  const dialog = createDialog(text, 'sessions', text.sessionsTitle, file, complaint, none, list, note);
  dialog.classList.add('sessions-dialog');
  const changed = onChange();
  const settle = (code: string | null) => {
    setText(complaint, code === null ? '' : fill(text.sessionRefused, { code }));
    questions.forget();
  };
  const rows = new Map<HTMLElement, StoredSession>();
  const create = () => createRow(context, rows, settle, () => dialog.close());
  return {
    element: dialog,
    update({ hello, totals }) {
      if (!dialog.open) return;
      const answer = askSessions(questions, KEEP_SECONDS);
      const mayChange = seesTargets(hello);
      const sessions = answer.value?.slice(0, MOST_ROWS) ?? [];
      if (!changed(answer.value, mayChange, totals?.session.id)) return;
      setShown(none, answer.value !== null && sessions.length === 0);
      setShown(note, !mayChange);
      syncRows(list, sessions, create, (row, session) => {
        rows.set(row, session);
        fillRow(row, session, mayChange, totals?.session.id === session.id, context);
      });
    },
  };
}

function filePart({ text, actions }: PanelContext): HTMLElement {
  const input = element('input', 'visually-hidden');
  input.type = 'file';
  input.addEventListener('change', () => {
    const [chosen] = input.files ?? [];
    if (chosen) actions.openFile(chosen);
    input.value = '';
  });
  const label = element('label', 'key-button session-file', text.sessionsChoose, input);
  return element('div', 'session-drop', element('p', '', text.sessionsDrop), label);
}

function createRow(
  { text, actions }: PanelContext,
  rows: ReadonlyMap<HTMLElement, StoredSession>,
  settle: (code: string | null) => void,
  close: () => void,
): HTMLElement {
  const button = (label: string, className: string, act: (session: StoredSession) => void) => {
    const made = element('button', `key-button ${className}`, label);
    made.type = 'button';
    made.addEventListener('click', () => {
      const session = rows.get(row);
      if (session) act(session);
    });
    return made;
  };
  const row = element(
    'li',
    'session-row',
    element('strong', 'session-name'),
    element('span', 'session-note'),
    element(
      'span',
      'session-buttons',
      button(text.sessionOpen, 'session-open', ({ id }) => {
        actions.openSession(id);
        close();
      }),
      button(text.sessionRename, 'session-change', async ({ id, name }) => {
        const given = window.prompt(text.sessionNewName, name)?.trim().slice(0, MOST_NAME_CHARACTERS);
        if (given) settle(await renameSession(id, given));
      }),
      button(text.sessionDelete, 'session-change', async ({ id, name }) => {
        if (window.confirm(fill(text.sessionDeleteSure, { name }))) settle(await deleteSession(id));
      }),
    ),
  );
  return row;
}

function fillRow(
  row: HTMLElement,
  session: StoredSession,
  mayChange: boolean,
  isShown: boolean,
  { text, language, timeOf }: PanelContext,
): void {
  const [name, note, buttons] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  const kinds = { simulated: text.kindSimulated, file: text.kindFile, live: text.kindLive };
  const moment = (seconds: number) => {
    const { date, time, zone } = timeOf(seconds);
    return `${date} ${time} ${zone}`;
  };
  row.toggleAttribute('data-shown', isShown);
  setText(name, session.name || text.kindLive);
  const words = [
    kinds[session.kind],
    fill(text.sessionSpan, { from: moment(session.firstSeconds), to: moment(session.lastSeconds) }),
    fill(text.packetCount, { count: formatCount(session.packets, language) }),
    ...(session.bytes === null ? [] : [`${formatShort(session.bytes)}B`]),
    ...(session.isFed ? [text.sessionFed] : []),
  ];
  setText(note, words.join(' · '));
  // What is being recorded stays, and so does the live traffic.
  const isKept = session.kind === 'live' || session.isFed;
  for (const button of buttons.querySelectorAll<HTMLElement>('.session-change')) setShown(button, mayChange && !isKept);
}
