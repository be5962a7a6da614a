/** All that is recorded: a list to play, rename and delete, and the place to open a file. */
import { seesTargets } from '../../feed/sign-in.ts';
import type { StoredSession } from '../../replay/session-facts.ts';
import { formatCount, formatShort } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { onChange } from '../desk/desk-panel.ts';
import { askSessions } from '../desk/sessions.ts';
import { createDialog } from '../dialog.ts';
import { element, type Panel, type PanelContext, setShown, setText, syncRows } from '../panel.ts';
import { createChangeDialog } from './change-dialog.ts';
import { deleteSession, renameSession } from './change-session.ts';

export interface SessionsDialog extends Panel {
  readonly element: HTMLDialogElement;
}

const KEEP_SECONDS = 3;
/** The latest; more are found by the API. */
const MOST_ROWS = 200;

export function createSessions(context: PanelContext): SessionsDialog {
  const { text, questions } = context;
  const renaming = createChangeDialog(text, text.sessionRenameTitle);
  const deleting = createChangeDialog(text, text.sessionDeleteTitle);
  const list = element('ul', 'session-list');
  const none = element('p', 'quiet', text.sessionsNone);
  const note = element('p', 'quiet', text.sessionForAnalysts);
  const file = filePart(context);
  const dialog = createDialog(text, 'sessions', text.sessionsTitle, file, none, list, note);
  dialog.classList.add('sessions-dialog');
  const changed = onChange();
  // Above the list, and gone with it.
  dialog.append(renaming.element, deleting.element);
  const done = (code: string | null) => {
    questions.forget();
    return code;
  };
  const acts: RowActs = {
    open(session) {
      context.actions.openSession(session.id);
      dialog.close();
    },
    rename: ({ id, name }) =>
      renaming.ask({
        words: [name],
        button: text.sessionRename,
        name,
        act: async (given) => done(await renameSession(id, given)),
      }),
    remove: (session) =>
      deleting.ask({
        words: [fill(text.sessionDeleteSure, { name: session.name }), wordsOf(session, context), text.sessionDeleteAll],
        button: text.sessionDelete,
        name: null,
        act: async () => done(await deleteSession(session.id)),
      }),
  };
  const rows = new Map<HTMLElement, StoredSession>();
  const create = () => createRow(context, rows, acts);
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

/** What the buttons of a row do. */
interface RowActs {
  open(session: StoredSession): void;
  rename(session: StoredSession): void;
  remove(session: StoredSession): void;
}

function createRow({ text }: PanelContext, rows: ReadonlyMap<HTMLElement, StoredSession>, acts: RowActs): HTMLElement {
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
      button(text.sessionOpen, 'session-open', acts.open),
      button(text.sessionRename, 'session-change', acts.rename),
      button(text.sessionDelete, 'session-change', acts.remove),
    ),
  );
  return row;
}

function fillRow(
  row: HTMLElement,
  session: StoredSession,
  mayChange: boolean,
  isShown: boolean,
  context: PanelContext,
): void {
  const [name, note, buttons] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  row.toggleAttribute('data-shown', isShown);
  setText(name, session.name || context.text.kindLive);
  setText(note, wordsOf(session, context));
  // What is being recorded stays, and so does the live traffic.
  const isKept = session.kind === 'live' || session.isFed;
  for (const button of buttons.querySelectorAll<HTMLElement>('.session-change')) setShown(button, mayChange && !isKept);
}

/** What it is, from when, and how much. */
function wordsOf(session: StoredSession, { text, language, timeOf }: PanelContext): string {
  const kinds = { simulated: text.kindSimulated, file: text.kindFile, live: text.kindLive };
  const moment = (seconds: number) => {
    const { date, time, zone } = timeOf(seconds);
    return `${date} ${time} ${zone}`;
  };
  return [
    kinds[session.kind],
    fill(text.sessionSpan, { from: moment(session.firstSeconds), to: moment(session.lastSeconds) }),
    fill(text.packetCount, { count: formatCount(session.packets, language) }),
    ...(session.bytes === null ? [] : [`${formatShort(session.bytes)}B`]),
    ...(session.isFed ? [text.sessionFed] : []),
  ].join(' · ');
}
