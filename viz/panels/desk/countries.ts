/** Countries that the sources are registered in, with most packets. */
import type { DeskPanel } from './desk-panel.ts';
import { rankedView } from './ranked.ts';

export const countries: DeskPanel = {
  id: 'countries',
  title: 'deskCountries',
  make: (context) => rankedView('country', context),
};
