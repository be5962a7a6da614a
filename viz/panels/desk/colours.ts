/** Colours of areas: those of the legend, so that a class has one colour on the whole page. */
import { TrafficClass, type TrafficClassName } from '../../../shared/protocols.ts';
import { radiationColours, radiationId } from '../../../shared/radiation.ts';
import { classColour } from '../../scene/class-colours.ts';
import type { Stacking } from './settings.ts';

export const REST_COLOUR = '#5d6c84';
/** So many keys have a colour; the rest is one. */
export const COLOURED_KEYS = 6;

export function colourOf(by: Stacking | 'total', key: string, at: number): string {
  if (by === 'total') return classColour(1);
  if (by === 'radiation') return classColour(radiationColours[radiationId(key)] ?? 7);
  if (by === 'class') return classColour(TrafficClass[key as TrafficClassName] ?? 7);
  return key === 'other' || at >= COLOURED_KEYS ? REST_COLOUR : classColour(at + 1);
}
