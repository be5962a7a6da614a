/** What the panels answer for: the last minutes, hours or days, or from a time to another. */
import { formatSpan, readSpan, type Span } from '../../feed/span.ts';
import { element, letGo, type Panel, type PanelContext } from '../panel.ts';

const SPANS = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;
/** `24h` and `1d` are the same. */
const lengthOf = (text: string) => {
  const span = readSpan(text);
  return span?.kind === 'last' ? span.seconds : null;
};

export function spanChooser({ text, actions }: PanelContext): Panel {
  const buttons = SPANS.map((name) => {
    const button = element('button', 'desk-choice', name);
    button.type = 'button';
    button.title = text.deskLast.replace('{span}', name);
    button.addEventListener('click', (event) => {
      actions.setSpan(readSpan(name)!);
      letGo(event);
    });
    return { seconds: lengthOf(name), button };
  });
  const from = timeField(text.deskFrom);
  const to = timeField(text.deskTo);
  const form = element('form', 'desk-times', from.label, to.label, submit(text.deskSetSpan));
  form.noValidate = true;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const span = readSpan(`${from.time()}/${to.time()}`);
    for (const { input } of [from, to]) input.setAttribute('aria-invalid', String(span === null));
    if (span) actions.setSpan(span);
  });
  const details = element('details', 'desk-from-to', element('summary', 'desk-choice', text.deskFromTo), form);
  const root = element('div', 'desk-choices', ...buttons.map(({ button }) => button), details);
  root.setAttribute('role', 'group');
  root.setAttribute('aria-label', text.deskSpanTitle);
  let shown: Span | null = null;
  return {
    element: root,
    update({ span }) {
      if (span === shown) return;
      shown = span;
      for (const { seconds, button } of buttons)
        button.setAttribute('aria-pressed', String(span.kind === 'last' && span.seconds === seconds));
      details.dataset.chosen = String(span.kind === 'fixed');
      details.open = false;
      if (span.kind !== 'fixed') return;
      const [begin, end] = formatSpan(span).split('/') as [string, string];
      from.input.value = begin.slice(0, 19);
      to.input.value = end.slice(0, 19);
    },
  };
}

function timeField(name: string) {
  const input = element('input', 'desk-time');
  input.type = 'datetime-local';
  input.step = '1';
  const label = element('label', 'desk-field', element('span', '', name), input);
  // Browsers leave the seconds out where they are 0.
  return { input, label, time: () => (input.value.length === 16 ? `${input.value}:00Z` : `${input.value}Z`) };
}

function submit(name: string): HTMLButtonElement {
  const button = element('button', 'desk-choice', name);
  button.type = 'submit';
  return button;
}
