/** The packets of a flow, one below the other: a box to select each, and a button to look at it. */
import type { PacketSummary } from '../../../shared/dissect/summary.ts';
import type { CapturedPacket } from '../../../shared/pcapng.ts';
import { formatCount } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, type PanelContext, setText } from '../panel.ts';

export interface ListedPacket {
  readonly packet: CapturedPacket;
  readonly summary: PacketSummary;
}

export interface PacketList {
  readonly element: HTMLElement;
  show(packets: readonly ListedPacket[]): void;
  /** Marks the one that is looked at. */
  mark(index: number): void;
  /** Indices, in their order. */
  selected(): number[];
}

interface Options {
  choose(index: number): void;
  selectionChanged(): void;
}

export function createPacketList(context: PanelContext, { choose, selectionChanged }: Options): PacketList {
  const { text } = context;
  const rows = element('ol', 'packet-list');
  rows.setAttribute('aria-label', text.packetsList);
  let chosen = 0;
  const boxOf = (row: Element) => row.firstElementChild as HTMLInputElement;
  const buttonOf = (row: Element | undefined) => row?.lastElementChild as HTMLButtonElement | undefined;
  const indexOf = (target: EventTarget | null) =>
    target instanceof Element ? [...rows.children].indexOf(target.closest('li')!) : -1;

  rows.addEventListener('change', selectionChanged);
  rows.addEventListener('click', (event) => {
    const index = indexOf(event.target);
    if (index >= 0 && event.target instanceof Element && event.target.closest('button')) choose(index);
  });
  rows.addEventListener('keydown', (event) => {
    const to = { ArrowUp: chosen - 1, ArrowDown: chosen + 1, Home: 0, End: rows.children.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const index = Math.max(0, Math.min(rows.children.length - 1, to));
    choose(index);
    buttonOf(rows.children[index])?.focus();
  });

  function mark(index: number): void {
    const before = rows.children[chosen];
    chosen = index;
    for (const row of [before, rows.children[index]]) {
      if (!row) continue;
      const isChosen = row === rows.children[index];
      // One stop of the Tab key for the whole list: arrows do the rest.
      buttonOf(row)!.tabIndex = boxOf(row).tabIndex = isChosen ? 0 : -1;
      if (isChosen) buttonOf(row)!.setAttribute('aria-current', 'true');
      else buttonOf(row)!.removeAttribute('aria-current');
    }
    rows.children[index]?.scrollIntoView({ block: 'nearest' });
  }

  return {
    element: rows,
    show(packets) {
      rows.replaceChildren(...packets.map((listed, index) => createRow(listed, index, context)));
      chosen = 0;
      if (packets.length > 0) mark(0);
    },
    mark,
    selected: () => [...rows.children].flatMap((row, index) => (boxOf(row).checked ? [index] : [])),
  };
}

function createRow({ packet, summary }: ListedPacket, index: number, context: PanelContext): HTMLElement {
  const { text, language } = context;
  const box = element('input');
  box.type = 'checkbox';
  box.setAttribute('aria-label', fill(text.packetSelect, { number: index + 1 }));
  const { source, target, protocol, info } = summary;
  const words = [
    timeOf(packet, context),
    fill(text.packetLength, { count: formatCount(packet.originalLength, language) }),
    `${protocol} ${source} → ${target} ${info}`.trim(),
  ];
  const button = element('button', 'packet-open', ...words.map(() => element('span')));
  button.type = 'button';
  for (const [at, word] of words.entries()) setText(button.children[at] as HTMLElement, word);
  button.tabIndex = box.tabIndex = -1;
  return element('li', 'packet-row', box, button);
}

/** To the nanosecond: packets of one flow come one upon the other. */
export function timeOf({ seconds, nanoseconds }: CapturedPacket, context: PanelContext): string {
  const { time } = context.timeOf(seconds);
  return `${time}.${String(nanoseconds).padStart(9, '0')}`;
}
