/** Sensors, sessions, positions, ledgers: small tables, read and written row by row. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Place, SessionKind } from '../../../shared/wire/messages.ts';
import type { LedgerState } from '../ingest-commit.ts';
import { type SensorRecord, type SessionRecord, StoreError } from '../stores.ts';
import { type Connections, type Row, rowsOf } from './connections.ts';

const MAX_SENSOR_ID = 65_535;
const MAX_SESSION_ID = 0xffff_ffff;
const LIVE_SESSION = 0;

/** The next id of a kind, in the caller's transaction. Never given twice, whatever is deleted. */
async function takeId(writer: DuckDBConnection, name: 'sensor' | 'session', largest: number): Promise<number> {
  const [row] = await rowsOf(writer, 'UPDATE next_ids SET next = next + 1 WHERE name = ? RETURNING next - 1 AS id', [
    name,
  ]);
  const id = Number(row!.id);
  if (id > largest) {
    throw new StoreError('STORE_FAILED', `all ${largest} ${name} numbers are used: begin a new data directory`);
  }
  return id;
}

export async function installationKey(connections: Connections): Promise<Uint8Array> {
  const [row] = await connections.lookUp('SELECT installation_key FROM meta');
  return Uint8Array.from(row!.installation_key as Uint8Array);
}

function toSensor(row: Row): SensorRecord {
  return {
    id: Number(row.id),
    name: String(row.name),
    place: row.place === null ? null : (JSON.parse(String(row.place)) as Place),
  };
}

/** The sensor of that name, made where missing. A place of null leaves the one known before. */
export async function takeSensor(connections: Connections, name: string, place: Place | null): Promise<SensorRecord> {
  const placeText = place === null ? null : JSON.stringify(place);
  return await connections.transaction(async (writer) => {
    const [known] = await rowsOf(writer, 'SELECT id, name, place FROM sensors WHERE name = ?', [name]);
    if (!known) {
      const id = await takeId(writer, 'sensor', MAX_SENSOR_ID);
      await writer.run('INSERT INTO sensors VALUES (?, ?, ?)', [id, name, placeText]);
      return { id, name, place };
    }
    if (placeText === null || placeText === known.place) return toSensor(known);
    await writer.run('UPDATE sensors SET place = ? WHERE id = ?', [placeText, Number(known.id)]);
    return { ...toSensor(known), place };
  });
}

export async function listSensors(connections: Connections): Promise<SensorRecord[]> {
  return (await connections.lookUp('SELECT id, name, place FROM sensors ORDER BY id')).map(toSensor);
}

const SESSION_COLUMNS = `id::DOUBLE AS id, kind, name, sensor, arrived_seconds, first_micros::DOUBLE AS first_micros,
  last_micros::DOUBLE AS last_micros, packets::DOUBLE AS packets`;

function toSession(row: Row): SessionRecord {
  return {
    id: Number(row.id),
    kind: String(row.kind) as SessionKind,
    name: String(row.name),
    sensor: row.sensor === null ? null : Number(row.sensor),
    arrivedSeconds: Number(row.arrived_seconds),
    firstSeconds: row.first_micros === null ? null : Number(row.first_micros) / 1_000_000,
    lastSeconds: row.last_micros === null ? null : Number(row.last_micros) / 1_000_000,
    packets: Number(row.packets),
  };
}

export async function takeSession(
  connections: Connections,
  wanted: { kind: SessionKind; name: string; sensor: number; epoch: number },
): Promise<SessionRecord> {
  const live = wanted.kind === 'live';
  return await connections.transaction(async (writer) => {
    const find = live
      ? await rowsOf(writer, `SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = ?`, [LIVE_SESSION])
      : await rowsOf(writer, `SELECT ${SESSION_COLUMNS} FROM sessions WHERE sensor = ? AND epoch = ?`, [
          wanted.sensor,
          wanted.epoch,
        ]);
    if (find[0]) return toSession(find[0]);
    if (!live) await checkNotDeleted(writer, wanted.sensor, wanted.epoch);
    const id = await takeId(writer, 'session', MAX_SESSION_ID);
    const [made] = await rowsOf(
      writer,
      `INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, 0) RETURNING ${SESSION_COLUMNS}`,
      [id, wanted.kind, wanted.name, wanted.sensor, wanted.epoch, Date.now() / 1000],
    );
    return toSession(made!);
  });
}

async function checkNotDeleted(writer: DuckDBConnection, sensor: number, epoch: number): Promise<void> {
  const [deleted] = await rowsOf(
    writer,
    'SELECT session::DOUBLE AS session FROM deleted_sessions WHERE sensor = $1 AND epoch = $2',
    [sensor, epoch],
  );
  if (deleted === undefined) return;
  throw new StoreError(
    'STORE_SESSION_DELETED',
    `session ${Number(deleted.session)}, which this belongs to, was deleted`,
  );
}

export async function renameSession(
  connections: Connections,
  session: number,
  name: string,
): Promise<SessionRecord | null> {
  return await connections.transaction(async (writer) => {
    const rows = await rowsOf(writer, `UPDATE sessions SET name = $2 WHERE id = $1 RETURNING ${SESSION_COLUMNS}`, [
      session,
      name,
    ]);
    return rows[0] === undefined ? null : toSession(rows[0]);
  });
}

export async function listSessions(connections: Connections): Promise<SessionRecord[]> {
  const rows = await connections.lookUp(
    `SELECT ${SESSION_COLUMNS} FROM sessions WHERE id <> ${LIVE_SESSION} OR first_micros IS NOT NULL
      ORDER BY arrived_seconds, sessions.id`,
  );
  return rows.map(toSession);
}

export async function lastPosition(connections: Connections, sensor: number, epoch: number): Promise<number> {
  const [row] = await connections.lookUp(
    'SELECT sequence::DOUBLE AS sequence FROM positions WHERE sensor = ? AND epoch = ?',
    [sensor, epoch],
  );
  return row ? Number(row.sequence) : -1;
}

export async function listLedgers(connections: Connections): Promise<LedgerState[]> {
  const rows = await connections.lookUp(
    'SELECT session::DOUBLE AS session, sensor, server, health FROM ledgers ORDER BY ledgers.session, sensor',
  );
  return rows.map((row) => ({
    session: Number(row.session),
    sensor: Number(row.sensor),
    server: JSON.parse(String(row.server)) as LedgerState['server'],
    health: row.health === null ? null : (JSON.parse(String(row.health)) as LedgerState['health']),
  }));
}
