/** Sensors by their number, as the totals name them. */
import type { PageState } from '../../state.ts';

export function sensorNames({ totals }: PageState): (id: string) => string | null {
  return (id) => totals?.sensors.find((sensor) => String(sensor.id) === id)?.name ?? null;
}
