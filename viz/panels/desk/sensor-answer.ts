/** Answers of `/api/v1/sensors`, checked. */

import { unreadableError } from '../../feed/answers.ts';
import { count, record } from '../../feed/series-answer.ts';

export interface SensorRow {
  readonly id: number;
  readonly name: string;
  readonly place: string | null;
  readonly state: string;
  readonly link: string | null;
  readonly lastHeardSeconds: number | null;
  readonly lagSeconds: number | null;
  readonly droppedPackets: number | null;
  readonly spool: {
    readonly packets: number;
    readonly bytes: number;
    readonly hoursLeft: number | null;
    readonly isDiskFull: boolean;
  } | null;
}

const MOST_SENSORS = 1_000;
const orNull = (value: unknown) => (value == null ? null : count(value));

/** Throws QuestionError. */
export function readSensors(body: unknown): readonly SensorRow[] {
  if (!Array.isArray(body)) throw unreadableError();
  return body.slice(0, MOST_SENSORS).map((each) => {
    const { id, name, place, state, link, lastHeard, lagSeconds, droppedPackets, spool } = record(each);
    const heard = typeof lastHeard === 'string' ? Date.parse(lastHeard) / 1000 : Number.NaN;
    return {
      id: count(id),
      name: String(name),
      place: place == null ? null : String(record(place).name),
      state: String(state),
      link: typeof link === 'string' ? link : null,
      lastHeardSeconds: Number.isNaN(heard) ? null : heard,
      lagSeconds: orNull(lagSeconds),
      droppedPackets: orNull(droppedPackets),
      spool: spool == null ? null : readSpool(spool),
    };
  });
}

function readSpool(value: unknown): SensorRow['spool'] {
  const { packets, bytes, hoursLeft, isDiskFull } = record(value);
  return {
    packets: count(packets),
    bytes: count(bytes),
    hoursLeft: orNull(hoursLeft),
    isDiskFull: isDiskFull === true,
  };
}
