/** Rules that packets matched: what their headers look like. */
import type { DeskPanel } from './desk-panel.ts';
import { rankedView } from './ranked.ts';

export const rules: DeskPanel = {
  id: 'rules',
  title: 'deskRules',
  make: (context) => rankedView('tag', context),
};
