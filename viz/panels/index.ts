/** The panels there are, by the column they stand in. */
import { topCountries, topPorts } from './bars.ts';
import { counters } from './counters.ts';
import { footer } from './footer.ts';
import { header } from './header.ts';
import { ledger } from './ledger.ts';
import { legend } from './legend.ts';
import { notice } from './notice.ts';
import type { PanelMaker } from './panel.ts';
import { recorded } from './recorded.ts';
import { sensors } from './sensors.ts';
import { whoLine } from './sign-in.ts';
import { spoken } from './spoken.ts';
import { hoverCard, pinnedCard } from './streak-card.ts';
import { timeBar } from './time-bar/time-bar.ts';
import { timeline } from './timeline.ts';
import { top } from './top.ts';
import { viewBar } from './view-bar.ts';
import { wallStrip } from './wall-strip.ts';

export const panels: Readonly<Record<'left' | 'right' | 'bottom' | 'over', readonly PanelMaker[]>> = {
  left: [header, whoLine, counters, topCountries, topPorts],
  right: [legend, pinnedCard, sensors, ledger, recorded],
  bottom: [timeline, timeBar, wallStrip, footer],
  over: [top, viewBar, notice, spoken, hoverCard],
};
