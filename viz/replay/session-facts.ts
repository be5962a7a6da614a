/** What a replay has to know beside the flows: which sessions there are, who watched, and what became of the packets. */
import { addSensorLedgers, addServerLedgers, emptySensorLedger, emptyServerLedger } from '../../shared/counters.ts';
import type { LiveTotals, SensorView } from '../../shared/wire/messages.ts';
import { countersLike, list, number, record, text } from '../feed/check.ts';

/** One of `api/v1/sessions`, with something in it. */
export interface StoredSession {
  readonly id: number;
  readonly kind: 'live' | 'file' | 'simulated';
  readonly name: string;
  readonly sensor: number | null;
  readonly arrivedSeconds: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly packets: number;
  /** On the disk; null where it is not said. */
  readonly bytes: number | null;
  /** More comes now. */
  readonly isFed: boolean;
}

/** Latest first; what is none is left out. Throws WireError where it is no list at all. */
export function readStoredSessions(body: unknown): StoredSession[] {
  if (!Array.isArray(body)) return list(body, (each) => each as StoredSession, 'sessions');
  return body.flatMap(readSession).reverse();
}

function readSession(value: unknown): StoredSession[] {
  const row = (value ?? {}) as Record<string, unknown>;
  const [arrivedSeconds, firstSeconds, lastSeconds] = [row.arrived, row.first, row.last].map(secondsOf);
  const { id, kind, name, sensor, packets, bytes } = row;
  if (typeof id !== 'number' || typeof packets !== 'number' || typeof name !== 'string') return [];
  if (firstSeconds == null || lastSeconds == null || (kind !== 'live' && kind !== 'file' && kind !== 'simulated'))
    return [];
  return [
    {
      ...{ id, kind, name, packets, firstSeconds, lastSeconds },
      sensor: typeof sensor === 'number' ? sensor : null,
      arrivedSeconds: arrivedSeconds ?? 0,
      bytes: typeof bytes === 'number' ? bytes : null,
      isFed: row.isFed === true,
    },
  ];
}

function secondsOf(value: unknown): number | null {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

/** Of `api/v1/sensors`: places of those who watched. What they do now is nothing of then. */
export function readSensorPlaces(body: unknown): SensorView[] {
  return list(body, readSensor, 'sensors');
}

function readSensor(value: unknown, name: string): SensorView {
  const sensor = record(value, name);
  const place = sensor.place == null ? null : record(sensor.place, 'place');
  return {
    id: number(sensor.id, name),
    name: text(sensor.name, name),
    place: place && {
      name: text(place.name, name),
      latitude: number(place.latitude, name),
      longitude: number(place.longitude, name),
    },
    state: 'finished',
    link: 'none',
    silentSeconds: 0,
    droppedPackets: 0,
    damage: [],
  };
}

export const noLedger: LiveTotals['ledger'] = { sensor: emptySensorLedger(), server: emptyServerLedger(), checks: [] };

/** Of `api/v1/ledger`, as totals have it. */
export function readSessionLedger(body: unknown): LiveTotals['ledger'] {
  const ledger = record(body, 'ledger');
  const sensors = list(ledger.sensors, record, 'sensors');
  const sensor = sensors.map(({ counts }) => countersLike(counts, emptySensorLedger(), 'counts'));
  const server = sensors.map((each) => countersLike(each.server, emptyServerLedger(), 'server'));
  const checks = [...sensors.flatMap((each) => list(each.checks, readCheck, 'checks'))];
  return { sensor: addSensorLedgers(sensor), server: addServerLedgers(server), checks };
}

function readCheck(value: unknown, name: string): LiveTotals['ledger']['checks'][number] {
  const check = record(value, name);
  const sum = text(check.sum, name);
  const [left, right, inFlight] = [check.left, check.right, check.inFlight].map((each) => number(each, name));
  return { sum, left: left!, right: right!, inFlight: inFlight!, holds: check.holds === true };
}
