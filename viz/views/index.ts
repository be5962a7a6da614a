/** The views there are. */
import { atlas } from './atlas.ts';
import type { ViewMaker } from './view.ts';

export const views: readonly ViewMaker[] = [atlas];
