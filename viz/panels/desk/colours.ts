/** Colours of areas: those of the legend, so that a class has one colour on the whole page. */
import { TrafficClass, type TrafficClassName } from '../../../shared/protocols.ts';
import { classColours } from '../../scene/class-colours.ts';
import type { Stacking } from './settings.ts';

export const REST_COLOUR = '#5d6c84';
/** So many keys have a colour; the rest is one. */
export const COLOURED_KEYS = 6;

export function colourOf(by: Stacking | 'total', key: string, at: number): string {
  if (by === 'total') return classColours[1]!;
  if (by === 'class') return classColours[TrafficClass[key as TrafficClassName] ?? 7] ?? REST_COLOUR;
  return key === 'other' || at >= COLOURED_KEYS ? REST_COLOUR : classColours[at + 1]!;
}
