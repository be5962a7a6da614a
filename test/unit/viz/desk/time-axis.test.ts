import { expect, test } from 'vitest';
import { ticksWithRoom, timeScale } from '../../../../viz/panels/desk/time-axis.ts';

const BEGIN = Date.UTC(2026, 10, 27, 2, 59) / 1000;
const timeOf = () => ({ date: '', time: '', zone: 'UTC' });
const withSeconds = (tick: Date) => tick.toISOString().slice(11, 19);
const withDay = (tick: Date) => tick.toISOString().slice(5, 16);

test.for([
  ['two minutes, for which D3 would make 27', 135, 1_290, withSeconds],
  ['two minutes, in little room', 135, 300, withSeconds],
  ['an hour', 3_600, 1_290, withSeconds],
  ['three days with their hours', 3 * 86_400, 900, withDay],
  ['a year', 366 * 86_400, 640, withDay],
] as const)('names of ticks do not meet: %s', ([, seconds, pixels, nameOf]) => {
  const scale = timeScale(BEGIN, BEGIN + seconds, [0, pixels], timeOf as never);
  const ticks = ticksWithRoom(scale, nameOf);
  expect(ticks.length).toBeGreaterThan(1);
  const apart = ticks.slice(1).map((tick, at) => scale(tick) - scale(ticks[at]!));
  // Monospace of 12 pixels: 7.2 a letter. Months are not of one length.
  expect(Math.min(...apart)).toBeGreaterThan(nameOf(ticks[0]!).length * 7.2 * 0.9);
});
