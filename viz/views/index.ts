/** The views there are; the shaders number them in this order. */
import { atlas } from './atlas.ts';
import { cube } from './cube.ts';
import { hilbert } from './hilbert.ts';
import type { ViewMaker } from './view.ts';

export const views: readonly ViewMaker[] = [atlas, cube, hilbert];
