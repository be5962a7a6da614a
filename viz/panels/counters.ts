/** The large figures. */
import { formatCount, formatRate, formatShort } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { stretchOf } from './bars.ts';
import { element, type PanelMaker, setText } from './panel.ts';

export const counters: PanelMaker = ({ text, language }) => {
  const large = element('span', 'figure-large', '0');
  const figures = element('dl', 'figures');
  const flows = addFigure(figures, text.flowsPerSecond);
  const sources = addFigure(figures, text.sources);
  const sourcesLabel = sources.previousElementSibling as HTMLElement;
  const packets = addFigure(figures, text.packets);
  const packetsLabel = packets.previousElementSibling as HTMLElement;
  const bits = addFigure(figures, text.bitsPerSecond);
  const root = element(
    'section',
    'panel counters',
    element('p', 'figure', large, element('span', 'unit', text.packetsPerSecond)),
    figures,
  );
  return {
    element: root,
    update({ totals, replay }) {
      if (!totals) return;
      setText(sourcesLabel, replay === null ? text.sources : fill(text.sourcesReplay, stretchOf(replay)));
      const sum = totals.filter ? text.packetsSinceFilter : text.packets;
      setText(packetsLabel, replay === null ? sum : text.packetsPlayed);
      setText(large, formatRate(totals.rates.packetsPerSecond, language));
      setText(flows, formatRate(totals.rates.flowsPerSecond, language));
      setText(sources, formatCount(totals.totals.sources, language));
      setText(packets, formatCount(totals.totals.packets, language));
      setText(bits, formatShort(totals.rates.bytesPerSecond * 8));
    },
  };
};

function addFigure(list: HTMLElement, label: string): HTMLElement {
  const value = element('dd', '', '0');
  list.append(element('div', '', element('dt', '', label), value));
  return value;
}
