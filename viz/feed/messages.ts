/** The server's JSON messages, checked field by field: what the page shows is what the contract promises. */
import { emptySensorLedger, emptyServerLedger, type LedgerCheck } from '../../shared/counters.ts';
import type {
  ErrorMessage,
  FilterInForce,
  LiveTotals,
  Place,
  SensorView,
  SkippedGap,
  ViewerHello,
} from '../../shared/wire/messages.ts';
import { countersLike, fieldsLike, list, number, numberOrNull, oneOf, record, text } from './check.ts';

const roles = ['viewer', 'analyst', 'administrator'] as const;

export function readHello(message: unknown): ViewerHello {
  const hello = record(message, 'hello');
  return {
    // A server of another version may say less or more: the page says so, and shows what it can, with the least rights.
    software: typeof hello.software === 'string' ? hello.software : '',
    role: roles.find((role) => role === hello.role) ?? 'viewer',
    name: typeof hello.name === 'string' && hello.name !== '' ? hello.name : null,
  };
}

export function readError(message: unknown): ErrorMessage {
  const error = record(message, 'error');
  return {
    code: text(error.code, 'code'),
    message: text(error.message, 'message'),
    ...(error.filter === undefined ? {} : { filter: text(error.filter, 'filter') }),
    ...(error.position === undefined ? {} : { position: fieldsLike(error.position, { start: 0, end: 0 }, 'position') }),
  };
}

export function readTotals(message: unknown): LiveTotals {
  const totals = record(message, 'totals');
  const session = record(totals.session, 'session');
  const ledger = record(totals.ledger, 'ledger');
  return {
    session: {
      id: number(session.id, 'session.id'),
      kind: oneOf(session.kind, ['live', 'file', 'simulated'], 'session.kind'),
      name: text(session.name, 'session.name'),
      beginSeconds: numberOrNull(session.beginSeconds, 'session.beginSeconds'),
    },
    clock: readClock(totals.clock),
    rates: fieldsLike(totals.rates, { packetsPerSecond: 0, flowsPerSecond: 0, bytesPerSecond: 0 }, 'rates'),
    totals: fieldsLike(totals.totals, { packets: 0, flows: 0, bytes: 0, sources: 0, unknownPlacePackets: 0 }, 'totals'),
    topPorts: list(totals.topPorts, readPort, 'topPorts'),
    topCountries: list(totals.topCountries, readCountry, 'topCountries'),
    classPacketsPerSecond: list(totals.classPacketsPerSecond, number, 'classPacketsPerSecond'),
    ...(totals.radiationPacketsPerSecond === undefined
      ? {}
      : { radiationPacketsPerSecond: list(totals.radiationPacketsPerSecond, number, 'radiationPacketsPerSecond') }),
    sensors: list(totals.sensors, readSensor, 'sensors'),
    ledger: {
      sensor: countersLike(ledger.sensor, emptySensorLedger(), 'ledger.sensor'),
      server: countersLike(ledger.server, emptyServerLedger(), 'ledger.server'),
      checks: list(ledger.checks, readCheck, 'ledger.checks'),
    },
    viewer: fieldsLike(totals.viewer, { offered: 0, sent: 0, sampledOut: 0, filteredOut: 0 }, 'viewer'),
    storageFull: totals.storageFull === true,
    // Servers before 0.2 do not say.
    seriesBehind: totals.seriesBehind === undefined ? 0 : number(totals.seriesBehind, 'seriesBehind'),
    // Servers before 0.2 do not say.
    storeProblems: totals.storeProblems === undefined ? [] : list(totals.storeProblems, text, 'storeProblems'),
    credits: list(totals.credits, text, 'credits'),
    ...(totals.filter ? { filter: readFilterInForce(totals.filter) } : {}),
    ...(totals.targets ? { targets: fieldsLike(totals.targets, { lowest: 0, highest: 0 }, 'targets') } : {}),
  };
}

function readFilterInForce(value: unknown): FilterInForce {
  const filter = record(value, 'filter');
  return { text: text(filter.text, 'filter.text'), sinceSeconds: numberOrNull(filter.sinceSeconds, 'filter') };
}

function readClock(value: unknown): LiveTotals['clock'] {
  const clock = record(value, 'clock');
  return {
    mode: oneOf(clock.mode, ['live', 'paced', 'max'], 'clock.mode'),
    speed: number(clock.speed, 'clock.speed'),
    newestSeconds: numberOrNull(clock.newestSeconds, 'clock.newestSeconds'),
    rate: number(clock.rate, 'clock.rate'),
    finished: clock.finished === true,
    skippedGaps: number(clock.skippedGaps, 'clock.skippedGaps'),
    lastSkippedGap: clock.lastSkippedGap ? readGap(clock.lastSkippedGap) : null,
  };
}

const readGap = (value: unknown): SkippedGap => fieldsLike(value, { fromSeconds: 0, toSeconds: 0 }, 'gap');
const readPort = (value: unknown, name: string) => fieldsLike(value, { protocol: 0, port: 0, packets: 0 }, name);

function readCountry(value: unknown, name: string): LiveTotals['topCountries'][number] {
  const row = record(value, name);
  return { country: text(row.country, name), packets: number(row.packets, name) };
}

function readSensor(value: unknown, name: string): SensorView {
  const sensor = record(value, name);
  return {
    id: number(sensor.id, name),
    name: text(sensor.name, name),
    place: sensor.place ? readPlace(sensor.place) : null,
    state: oneOf(sensor.state, ['connected', 'lost', 'finished'], name),
    link: oneOf(sensor.link, ['up', 'down', 'none'], name),
    silentSeconds: number(sensor.silentSeconds, name),
    droppedPackets: number(sensor.droppedPackets, name),
    waitingPackets: number(sensor.waitingPackets ?? 0, name),
    damage: list(sensor.damage, text, name),
  };
}

function readPlace(value: unknown): Place {
  const place = record(value, 'place');
  return {
    name: text(place.name, 'place.name'),
    latitude: number(place.latitude, 'place.latitude'),
    longitude: number(place.longitude, 'place.longitude'),
  };
}

function readCheck(value: unknown, name: string): LedgerCheck {
  const check = record(value, name);
  return {
    sum: text(check.sum, name),
    left: number(check.left, name),
    right: number(check.right, name),
    inFlight: number(check.inFlight, name),
    holds: check.holds === true,
  };
}
