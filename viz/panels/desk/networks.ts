/** Networks (autonomous systems) that announce the sources, with most packets. */
import type { DeskPanel } from './desk-panel.ts';
import { rankedView } from './ranked.ts';

export const networks: DeskPanel = {
  id: 'networks',
  title: 'deskNetworks',
  make: (context) => rankedView('network', context),
};
