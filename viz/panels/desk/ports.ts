/** Target ports with most packets. */
import type { DeskPanel } from './desk-panel.ts';
import { rankedView } from './ranked.ts';

export const ports: DeskPanel = {
  id: 'ports',
  title: 'deskPorts',
  make: (context) => rankedView('port', context),
};
