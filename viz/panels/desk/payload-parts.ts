/** What the panels of payloads and of malicious sites have in common: their order as buttons, and their words. */
import type { Payload, Site } from '../../feed/payload-answer.ts';
import { formatCount, portServices } from '../../text/format.ts';
import { defanged, printableText } from '../../text/safe-text.ts';
import { fill, type TextKey } from '../../text/text.ts';
import { element, letGo, type PanelContext } from '../panel.ts';
import { type PayloadOrder, payloadOrders } from './settings.ts';

export const ROWS = 20;
export const ROWS_ENLARGED = 200;

const orderNames: Readonly<Record<PayloadOrder, TextKey>> = {
  packets: 'packets',
  sources: 'aboutSources',
  first: 'orderFirst',
  last: 'orderLast',
};

/** The largest, or the newest, is on top. */
export function orderChooser({ text }: PanelContext, choose: (order: PayloadOrder) => void) {
  const buttons = payloadOrders.map((order) => {
    const button = choiceButton(text[orderNames[order]], () => choose(order));
    return { order, button };
  });
  const label = element('span', 'desk-choices-name', text.orderBy);
  const root = element('div', 'desk-choices', label, ...buttons.map(({ button }) => button));
  root.setAttribute('role', 'group');
  root.setAttribute('aria-label', text.orderBy);
  return {
    element: root,
    show(chosen: PayloadOrder) {
      for (const { order, button } of buttons) button.setAttribute('aria-pressed', String(order === chosen));
    },
  };
}

export function choiceButton(label: string, act: () => void): HTMLButtonElement {
  const button = element('button', 'desk-choice', label);
  button.type = 'button';
  button.addEventListener('click', (event) => {
    act();
    letGo(event);
  });
  return button;
}

/** Opens the sheet of the payload that it names. */
export function payloadButton({ actions }: PanelContext): HTMLButtonElement {
  const button = element('button', 'payload-open');
  button.type = 'button';
  button.addEventListener('click', (event) => {
    const { id } = button.dataset;
    if (id) actions.showAbout({ kind: 'payload', id });
    letGo(event);
  });
  return button;
}

/** Of distinct addresses: they are sketched. */
export function aboutCount(value: number, { text, language }: PanelContext): string {
  return fill(text.aboutNumber, { count: formatCount(value, language) });
}

const PREVIEW_BYTES = 160;

/** The first bytes as text that can be handed on: in it, too, no address can be followed. */
export function previewOf({ bytes }: Payload): string {
  return defanged(printableText(bytes.subarray(0, PREVIEW_BYTES)));
}

/** Such as `TCP` or `IP 47`. */
export function protocolWords(protocol: string): string {
  return /^\d+$/.test(protocol) ? `IP ${protocol}` : protocol.toUpperCase();
}

/** `23/tcp Telnet`; of other protocols its name. */
export function portWords({ protocol, ports, hasMorePorts }: Payload): string {
  const words = ports.map((port) => {
    const service = portServices[`${protocol}/${port}`] ?? '';
    return `${port}/${protocol} ${service}`.trim();
  });
  return words.length === 0 ? protocolWords(protocol) : words.join(', ') + (hasMorePorts ? ', …' : '');
}

const stepNames: Readonly<Record<string, TextKey>> = {
  percent: 'stepPercent',
  plus: 'stepPlus',
  escapes: 'stepEscapes',
  shell: 'stepShell',
  lookups: 'stepLookups',
  base64: 'stepBase64',
};

/** How it was hidden; a step that this page does not know keeps its name. */
export function hiddenWords({ steps }: Site, { text }: PanelContext): string {
  if (steps.length === 0) return text.sitePlain;
  const words = steps.map((step) => {
    const key = Object.hasOwn(stepNames, step) ? stepNames[step] : undefined;
    return key === undefined ? step : text[key];
  });
  return fill(text.siteHidden, { steps: words.join(text.listSeparator) });
}
