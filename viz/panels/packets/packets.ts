/** The packets behind a streak: a list, the chosen one layer by layer beside its bytes, and files of them. For analysts. */
import { dissect } from '../../../shared/dissect/index.ts';
import type { DissectedLayer } from '../../../shared/dissect/names.ts';
import { summarise } from '../../../shared/dissect/summary.ts';
import { type CapturedPacket, writePcapng } from '../../../shared/pcapng.ts';
import { protocolName } from '../../../shared/protocols.ts';
import type { PacketFlow, PacketsFound } from '../../feed/packet-source.ts';
import { seesTargets } from '../../feed/sign-in.ts';
import { formatCount } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { offerFile } from '../desk/offer-file.ts';
import { createDialog } from '../dialog.ts';
import { element, letGo, type Panel, type PanelContext, setShown, setText } from '../panel.ts';
import { createByteGrid } from './byte-grid.ts';
import { bytesOf, type Choice, choiceOfByte } from './choice.ts';
import { hexText } from './hex-text.ts';
import { createLayerTree } from './layer-tree.ts';
import { createPacketList } from './list.ts';
import { problemWords } from './words.ts';

export interface PacketDialog extends Panel {
  readonly element: HTMLDialogElement;
}

export function createPackets(context: PanelContext): PacketDialog {
  const { text, language, actions } = context;
  const tell = element('p', 'packets-told');
  tell.setAttribute('role', 'status');
  const flowLine = element('p', 'packets-flow');
  const list = createPacketList(context, { choose: choosePacket, selectionChanged: tellSelection });
  const tree = createLayerTree(context, choose);
  const grid = createByteGrid(context, (at) => {
    const choice = choiceOfByte(layers, at);
    if (choice !== null) choose(choice);
  });
  const saveSelected = button(text.packetsSaveSelected, () => save(list.selected()));
  const saveAll = button(text.packetsSaveAll, () => save(packets.map((_, index) => index)));
  const copy = button(text.packetsCopy, () => void copyHex());
  const tools = element('div', 'packets-tools', saveSelected, saveAll, copy);
  const parts = element('div', 'packets-parts', tree.element, grid.element);
  const body = element('div', 'packets-body', tools, list.element, parts);
  const dialog = createDialog(text, null, text.packetsTitle, flowLine, tell, body);
  dialog.classList.add('packets-dialog');

  let shown: PacketFlow | null = null;
  let abort: AbortController | null = null;
  let packets: readonly CapturedPacket[] = [];
  let layers: readonly DissectedLayer[] = [];
  let chosen = 0;

  dialog.addEventListener('close', () => {
    if (shown !== null) actions.showPackets(null);
  });

  /** Nothing of a packet stays in the page when the dialog is closed. */
  function forget(): void {
    abort?.abort();
    abort = null;
    packets = layers = [];
    list.show([]);
    tree.show([]);
    grid.show(new Uint8Array(0));
    setShown(body, false);
  }

  async function load(flow: PacketFlow): Promise<void> {
    forget();
    const asking = new AbortController();
    abort = asking;
    setText(flowLine, flowWords(flow, context));
    setText(tell, text.waiting);
    const found = await context.packets.packetsOf(flow, asking.signal).catch(() => null);
    if (found !== null && abort === asking) show(found);
  }

  function show(found: PacketsFound): void {
    if ('problem' in found) {
      setText(tell, problemWords(found.problem, text));
      return;
    }
    packets = found.packets;
    setText(tell, foundWords(found.packets.length, found.more));
    if (packets.length === 0) return;
    const summaries = packets.map((packet) => summarise(dissectedOf(packet)));
    list.show(packets.map((packet, index) => ({ packet, summary: summaries[index]! })));
    setShown(body, true);
    tellSelection();
    choosePacket(0);
  }

  function foundWords(found: number, more: boolean): string {
    const count = formatCount(found, language);
    if (found === 0) return text.packetsEmpty;
    return fill(more ? text.packetsFirst : text.packetsFound, { count });
  }

  function choosePacket(index: number): void {
    chosen = index;
    const packet = packets[index];
    if (packet === undefined) return;
    list.mark(index);
    layers = dissectedOf(packet);
    tree.show(layers);
    grid.show(packet.bytes);
    choose({ layer: 0, field: -1 });
  }

  function choose(choice: Choice): void {
    tree.mark(choice);
    grid.mark(bytesOf(layers, choice));
  }

  function tellSelection(): void {
    const count = list.selected().length;
    saveSelected.disabled = count === 0;
    setText(saveSelected, fill(text.packetsSaveSelected, { count: formatCount(count, language) }));
  }

  function save(indices: readonly number[]): void {
    const file = writePcapng(
      indices.map((index) => packets[index]!),
      { comment: `Kurayami: ${flowLine.textContent ?? ''}, session ${shown?.session ?? ''}`, application: 'Kurayami' },
    );
    offerFile(fileName(shown), new Blob([file], { type: 'application/x-pcapng' }));
  }

  /** Of what is selected, else of the one that is looked at. */
  async function copyHex(): Promise<void> {
    const selected = list.selected();
    const indices = selected.length > 0 ? selected : [chosen];
    const words = indices.map((index) => hexText(packets[index]!.bytes)).join('\n\n');
    // Browsers have no clipboard where the page came without TLS, except from the same machine.
    const done = await (navigator.clipboard?.writeText(words) ?? Promise.reject()).then(
      () => true,
      () => false,
    );
    setText(tell, fill(done ? text.packetsCopied : text.packetsNotCopied, { count: indices.length }));
  }

  return {
    element: dialog,
    update({ packets: wanted, kioskSeconds, hello }) {
      const flow = kioskSeconds === null && seesTargets(hello) ? wanted : null;
      if (flow === shown) return;
      shown = flow;
      if (flow === null) {
        forget();
        if (dialog.open) dialog.close();
        return;
      }
      if (!dialog.open) dialog.showModal();
      void load(flow);
    },
  };
}

const dissectedOf = ({ bytes, linkType, originalLength }: CapturedPacket) => dissect(bytes, linkType, originalLength);

function button(words: string, does: () => void): HTMLButtonElement {
  const made = element('button', 'key-button', words);
  made.type = 'button';
  made.addEventListener('click', (event) => {
    does();
    letGo(event);
  });
  return made;
}

/** Such as `tcp 192.0.2.1:40000 → 198.51.100.7:23, 2026-01-31 12:00:03 UTC`. */
function flowWords(
  { protocol, source, target, sourcePort, targetPort, fromSeconds }: PacketFlow,
  context: PanelContext,
): string {
  const end = (address: string, port: number) => {
    if (protocol === 1 || protocol === 58) return address;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  };
  const { date, time, zone } = context.timeOf(fromSeconds);
  return `${protocolName(protocol)} ${end(source, sourcePort)} → ${end(target ?? '?', targetPort)}, ${date} ${time} ${zone}`;
}

function fileName(flow: PacketFlow | null): string {
  const words = [flow?.source ?? '', String(flow?.fromSeconds ?? '')].join('-').replace(/[^0-9a-fA-F.-]/g, '_');
  return `kurayami-${words}.pcapng`;
}
