/** Colours of the heat map: from dark blue to yellow (Cividis, made for colour-blind eyes), by the logarithm. No DOM. */
import { interpolateCividis, rgb, scaleLog } from 'd3';

/** The colour of nothing is that of the ground: it is no small figure. */
export function heatScale(most: number): (value: number) => readonly [number, number, number] | null {
  const scale = scaleLog([1, Math.max(2, most)], [0.08, 1]).clamp(true);
  const colours = Array.from({ length: 256 }, (_, at) => {
    const { r, g, b } = rgb(interpolateCividis(at / 255));
    return [r, g, b] as const;
  });
  return (value) => (value <= 0 ? null : colours[Math.round(scale(value) * 255)]!);
}

/** Steps of the legend: powers of ten up to the most. */
export function heatSteps(most: number): number[] {
  const steps: number[] = [];
  for (let step = 1; step < most; step *= 10) steps.push(step);
  return [...steps.slice(-4), most].filter((step) => step >= 1);
}
