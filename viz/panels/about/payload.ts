/** A sheet with one payload: how often it came and from whom, its bytes, and what it would fetch. For analysts. */
import { aboutPort, aboutSource } from '../../feed/about.ts';
import type { Answer } from '../../feed/answers.ts';
import { type PayloadSheet as Payload, readPayloadSheet, type Site } from '../../feed/payload-answer.ts';
import { seesTargets } from '../../feed/sign-in.ts';
import type { PageState } from '../../state.ts';
import { formatCount } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { onChange } from '../desk/desk-panel.ts';
import { aboutCount, hiddenWords, portWords, protocolWords } from '../desk/payload-parts.ts';
import { tellOf } from '../desk/tell.ts';
import { createDialog } from '../dialog.ts';
import { element, letGo, type PanelContext, setShown, setText, syncRows } from '../panel.ts';
import { shownOf } from '../shown.ts';
import type { AboutSheet } from './about.ts';
import { createDump } from './dump.ts';
import { momentWords } from './group.ts';

const KEEP_SECONDS = 60;
const NOTHING = new Uint8Array(0);
/** As the server says that there is none (any more). */
const NO_PAYLOAD = 'API_NO_PAYLOAD';

export function createPayloadSheet(context: PanelContext): AboutSheet {
  const { text, actions } = context;
  const tell = element('p', 'about-told');
  tell.setAttribute('role', 'status');
  const facts = element('dl', 'about-facts');
  const sites = element('ul', 'payload-sites');
  const sitesFigure = figure(text.payloadWouldFetch, sites, element('p', 'quiet', text.sitesNote));
  const [sources, ports] = [element('ul', 'payload-keys'), element('ul', 'payload-keys')];
  const sourcesFigure = figure(text.payloadSourcesFirst, sources);
  const morePorts = element('p', 'quiet', text.payloadMorePorts);
  const portsFigure = figure(text.aboutPorts, ports, morePorts);
  const dump = createDump(context);
  const lengths = element('p', 'quiet payload-lengths');
  const dumpFigure = figure(text.dumpTitle, lengths, dump.element);
  const fromTo = element('div', 'payload-from-to', sourcesFigure, portsFigure);
  const figures = element('div', 'payload-figures', sitesFigure, fromTo, dumpFigure);
  const dialog = createDialog(text, null, '', element('div', 'about-head', facts), tell, figures);
  dialog.classList.add('payload-dialog');
  const heading = dialog.querySelector('h2')!;
  let shown: string | null = null;
  dialog.addEventListener('close', () => {
    if (shown !== null) actions.showAbout(null);
  });
  const changed = onChange();

  /** Null: nothing of it is left in the page. */
  function show(payload: Payload | null): void {
    setShown(figures, payload !== null);
    if (!changed(payload)) return;
    syncRows(facts, payload ? factsOf(payload, context) : [], createFact, fillFact);
    const { siteList = [], sample = [], ports: portList = [], bytes = NOTHING } = payload ?? {};
    syncRows(sites, siteList, createSite, (row, site) => fillSite(row, site, context));
    setShown(sitesFigure, siteList.length > 0);
    syncRows(sources, sample, () => keyRow(context), fillSource);
    setShown(sourcesFigure, sample.length > 0);
    syncRows(
      ports,
      portList,
      () => keyRow(context),
      (row, port) => fillPort(row, port, payload!),
    );
    setShown(portsFigure, portList.length > 0);
    setShown(morePorts, payload?.hasMorePorts === true);
    setText(lengths, payload ? lengthsOf(payload, context) : '');
    dump.show(bytes);
  }

  return {
    element: dialog,
    update(state) {
      const { about } = shownOf(state);
      shown = about?.kind === 'payload' ? about.id : null;
      if (shown === null) {
        show(null);
        if (dialog.open) dialog.close();
        return;
      }
      setText(heading, fill(text.payloadTitle, { digest: shown.slice(0, 16) }));
      if (!dialog.open) dialog.showModal();
      const answer = ask(shown, state, context);
      show(answer?.value ?? null);
      const told = answer && tellOf([answer], { toSeconds: 0, isLive: true }, context);
      dialog.dataset.state = told?.state ?? 'current';
      setText(tell, wordsOf(answer, told?.words ?? '', state, context));
    },
  };
}

/** Null before it is known whether the viewer may ask, and where he may not. */
function ask(id: string, { totals, hello }: PageState, { questions }: PanelContext): Answer<Payload> | null {
  if (totals === null || !seesTargets(hello)) return null;
  const path = `api/v1/payloads/${id}?session=${totals.session.id}`;
  return questions.ask({ name: `payload ${id}`, path, keepSeconds: KEEP_SECONDS, read: readPayloadSheet });
}

function wordsOf(answer: Answer<Payload> | null, told: string, { hello }: PageState, { text }: PanelContext): string {
  if (answer?.problem?.code === NO_PAYLOAD) return text.payloadGone;
  if (answer !== null) return told;
  return hello === null || seesTargets(hello) ? text.waiting : text.payloadsForAnalysts;
}

type Fact = readonly [name: string, value: string];

function factsOf(payload: Payload, context: PanelContext): Fact[] {
  const { text, language } = context;
  return [
    [text.deskByProtocol, protocolWords(payload.protocol)],
    [text.packets, formatCount(payload.packets, language)],
    [text.aboutSources, aboutCount(payload.sources, context)],
    [text.orderFirst, momentWords(payload.firstSeconds, context)],
    [text.orderLast, momentWords(payload.lastSeconds, context)],
    [text.sensors, payload.sensors.join(text.listSeparator)],
    [text.payloadDigest, payload.digest],
  ];
}

/** How much of it is here, and why the rest is not. */
function lengthsOf({ wireBytes, capturedBytes, keptBytes, bytes }: Payload, { text, language }: PanelContext): string {
  const number = (value: number) => formatCount(value, language);
  const counts = { wire: number(wireBytes), captured: number(capturedBytes), kept: number(keptBytes) };
  const isWhole = wireBytes === bytes.length;
  const all = fill(isWhole ? text.payloadWhole : text.payloadCut, counts);
  return bytes.length < keptBytes ? `${all} ${fill(text.payloadShownBytes, { shown: number(bytes.length) })}` : all;
}

function figure(title: string, ...children: Node[]): HTMLElement {
  return element('section', 'about-figure', element('h3', '', title), ...children);
}

function createSite(): HTMLElement {
  return element('li', 'payload-site', element('span', 'site-address'), element('span', 'quiet'));
}

function fillSite(row: HTMLElement, site: Site, context: PanelContext): void {
  const { text } = context;
  setText(row.children[0] as HTMLElement, site.url);
  const words = [site.tool, hiddenWords(site, context), site.isCut ? text.siteCut : ''];
  setText(row.children[1] as HTMLElement, words.filter(Boolean).join(' · '));
}

/** Leads to another sheet. */
function keyRow({ text, actions }: PanelContext): HTMLElement {
  const button = element('button', 'about-key');
  button.type = 'button';
  button.title = text.payloadToSheet;
  button.addEventListener('click', (event) => {
    const { source = '', port = '' } = button.dataset;
    const about = aboutSource(source) ?? aboutPort(port);
    if (about) actions.showAbout(about);
    letGo(event);
  });
  return element('li', '', button);
}

function fillSource(row: HTMLElement, address: string): void {
  const button = row.firstElementChild as HTMLButtonElement;
  button.dataset.source = address;
  setText(button, address);
}

/** Only TCP and UDP have sheets of ports. */
function fillPort(row: HTMLElement, port: number, payload: Payload): void {
  const button = row.firstElementChild as HTMLButtonElement;
  const key = `${port}/${payload.protocol}`;
  button.dataset.port = key;
  button.disabled = aboutPort(key) === null;
  setText(button, portWords({ ...payload, ports: [port], hasMorePorts: false }));
}

function createFact(): HTMLElement {
  return element('div', '', element('dt'), element('dd'));
}

function fillFact(row: HTMLElement, [name, value]: Fact): void {
  setText(row.children[0] as HTMLElement, name);
  setText(row.children[1] as HTMLElement, value);
}
