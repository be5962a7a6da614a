/** The panels of the desk, in their usual order. One line adds one. */
import { compare } from './compare.ts';
import { countries } from './countries.ts';
import type { DeskPanel } from './desk-panel.ts';
import { heat } from './heat.ts';
import { ledgerPath } from './ledger-path.ts';
import { maliciousSites } from './malicious-sites.ts';
import { mix } from './mix.ts';
import { networks } from './networks.ts';
import { packets } from './packets.ts';
import { payloads } from './payloads.ts';
import { ports } from './ports.ts';
import { rules } from './rules.ts';
import { sensorTable } from './sensor-table.ts';
import { sources } from './sources.ts';
import { sourcesOverTime } from './sources-over-time.ts';

export const deskPanels: readonly DeskPanel[] = [
  packets,
  ports,
  countries,
  networks,
  sources,
  heat,
  rules,
  mix,
  payloads,
  maliciousSites,
  sensorTable,
  sourcesOverTime,
  ledgerPath,
  compare,
];

export const deskPanelIds: readonly string[] = deskPanels.map(({ id }) => id);
