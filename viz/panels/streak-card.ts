/** The streak that the pointer is on, named beside the pointer; and the one that was pinned, in a corner until it is let go. */

import { radiationText } from '../../shared/radiation.ts';
import { type About, aboutPort, aboutSource } from '../feed/about.ts';
import type { PacketFlow } from '../feed/packet-source.ts';
import { seesTargets } from '../feed/sign-in.ts';
import { classColour } from '../scene/class-colours.ts';
import type { StreakFacts } from '../scene/streak-facts.ts';
import { formatCount, portName } from '../text/format.ts';
import { radiationName } from '../text/radiation.ts';
import { element, letGo, type PanelContext, type PanelMaker, setShown, syncRows } from './panel.ts';

/** Between the pointer and the card, and from the window's edge. */
const APART_PIXELS = 16;

export const hoverCard: PanelMaker = (context) => {
  const rows = element('dl', 'card-rows');
  const card = element('div', 'card card-hover', rows);
  card.setAttribute('aria-hidden', 'true');
  return {
    element: card,
    update({ hovered }) {
      setShown(card, hovered !== null);
      if (hovered === null) return;
      fillRows(rows, hovered.facts, context);
      const { offsetWidth: width, offsetHeight: height } = card;
      const left =
        hovered.x + APART_PIXELS + width > window.innerWidth
          ? hovered.x - APART_PIXELS - width
          : hovered.x + APART_PIXELS;
      const top = Math.min(hovered.y + APART_PIXELS, window.innerHeight - height - APART_PIXELS);
      card.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
    },
  };
};

export const pinnedCard: PanelMaker = (context) => {
  const { text, actions } = context;
  const rows = element('dl', 'card-rows');
  const close = element('button', 'key-button', text.unpin);
  close.type = 'button';
  close.setAttribute('aria-keyshortcuts', 'Escape');
  close.addEventListener('click', (event) => {
    actions.unpin();
    letGo(event);
  });
  let facts: StreakFacts | null = null;
  const aboutSourceButton = openAbout(text.aboutThisSource, context, () => facts && aboutSource(facts.source));
  const aboutPortButton = openAbout(text.aboutThisPort, context, () => facts && portOf(facts));
  let session = 0;
  const packets = element('button', 'key-button', text.packetsOfFlow);
  packets.type = 'button';
  packets.addEventListener('click', (event) => {
    if (facts) actions.showPackets(flowOf(facts, session));
    letGo(event);
  });
  const buttons = element('div', 'card-buttons', aboutSourceButton, aboutPortButton, packets, close);
  const card = element('section', 'card card-pinned panel', element('h2', '', text.pinned), rows, buttons);
  card.setAttribute('aria-live', 'polite');
  return {
    element: card,
    update({ pinned, hello, totals }) {
      facts = pinned;
      session = totals?.session.id ?? session;
      setShown(card, pinned !== null);
      if (pinned === null) return;
      fillRows(rows, pinned, context);
      setShown(aboutPortButton, portOf(pinned) !== null);
      setShown(packets, seesTargets(hello));
    },
  };
};

/** Flows end with the second that they begin in. */
function flowOf(facts: StreakFacts, session: number): PacketFlow {
  const { source, target, protocol, sourcePort, targetPort } = facts;
  const fromSeconds = Math.floor(facts.capturedSeconds);
  return { session, fromSeconds, toSeconds: fromSeconds + 1, source, target, protocol, sourcePort, targetPort };
}

function openAbout(label: string, { actions }: PanelContext, about: () => About | null): HTMLButtonElement {
  const button = element('button', 'key-button', label);
  button.type = 'button';
  button.addEventListener('click', (event) => {
    const wanted = about();
    if (wanted) actions.showAbout(wanted);
    letGo(event);
  });
  return button;
}

const portOf = ({ protocol, targetPort }: StreakFacts) => aboutPort(portName(protocol, targetPort).port);

function fillRows(rows: HTMLElement, facts: StreakFacts, context: PanelContext): void {
  const { text, language, countryName, timeOf } = context;
  const from = portName(facts.protocol, facts.sourcePort);
  const to = portName(facts.protocol, facts.targetPort);
  const isIcmp = facts.protocol === 1 || facts.protocol === 58;
  const { date, time, zone } = timeOf(facts.capturedSeconds);
  const entries: [string, string][] = [
    [text.source, facts.source],
    [text.country, countryName(facts.country)],
    [text.network, networkText(facts.asn, context)],
    ...(isIcmp
      ? ([[text.icmpType, `${facts.sourcePort} / ${facts.targetPort}`]] as [string, string][])
      : ([
          [text.targetPort, `${to.port} ${to.service}`.trim()],
          [text.sourcePort, from.port],
        ] as [string, string][])),
    [text.byRadiation, radiationName(radiationText(facts.radiation), text)],
    [text.rule, facts.rules.join(', ') || text.noRule],
    ...(facts.target === null ? [] : ([[text.target, facts.target]] as [string, string][])),
    [text.targetSlot, String(facts.targetSlot)],
    [text.packets, formatCount(facts.packets, language)],
    [text.captured, `${date} ${time} ${zone}`],
  ];
  syncRows(
    rows,
    entries,
    () => element('div', 'card-row', element('dt'), element('dd')),
    (row, [name, value]) => {
      row.children[0]!.textContent = name;
      row.children[1]!.textContent = value;
    },
  );
  rows.style.setProperty('--class-colour', classColour(facts.trafficClass));
}

/** The number until the name has come, and where there is none. */
function networkText(asn: number, { text, networkName }: PanelContext): string {
  return asn === 0 ? text.unknownNetwork : `AS${asn} ${networkName(asn) ?? ''}`.trim();
}
