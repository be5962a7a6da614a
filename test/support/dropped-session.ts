/** A dropped file as its worker has it, without a browser: small tables, and nothing is waited for. */
import { gzipSync } from 'node:zlib';
import { encodeCountries, encodeNetworkTable } from '../../server/enrich/ranges/page-tables.ts';
import { decodeFrame } from '../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { frameToStreaks, type StreakBatch } from '../../shared/wire/streaks.ts';
import { type StretchHead, type StretchRequest, splitFrames } from '../../shared/wire/stretch.ts';
import { type Asker, DroppedSession, type DroppedSessionParts } from '../../viz/worker/dropped-session.ts';

const JP = 0x4a50;
const asker: Asker = { isGone: false, onProgress: () => undefined };

/** Half of the IPv4 Internet is Japan's, and network 2500's. */
const tables: Readonly<Record<string, Uint8Array>> = {
  countries: encodeCountries(
    {
      starts4: Uint32Array.of(0, 0x80000000),
      values4: Uint16Array.of(0, JP),
      starts6: Uint32Array.of(0, 0, 0, 0),
      values6: Uint16Array.of(0),
    },
    new Map([[JP, { latitude: 36, longitude: 138, radius: 1 }]]),
    'countries by a test',
  ),
  networks: encodeNetworkTable(
    {
      starts4: Uint32Array.of(0, 0x80000000),
      networks4: Uint32Array.of(0, 2500),
      starts6: Uint32Array.of(0, 0, 0, 0),
      networks6: Uint32Array.of(0),
      numbers: Uint32Array.of(2500),
      nameEnds: Uint32Array.of(4),
      names: new TextEncoder().encode('WIDE'),
    },
    'networks by a test',
  ),
};

export const loadTestTable = async (address: string) => tables[address]!;

export function openDropped(bytes: Uint8Array | Blob, parts: Partial<DroppedSessionParts> = {}): DroppedSession {
  return new DroppedSession({
    file: bytes instanceof Blob ? bytes : new Blob([bytes as Uint8Array<ArrayBuffer>]),
    name: 'dropped.pcap',
    filter: '',
    tables: { countries: 'countries', networks: 'networks' },
    limits: { maxFlows: 1_000_000, maxBytes: 1 << 30 },
    seed: 1,
    pause: async () => undefined,
    load: loadTestTable,
    ...parts,
  });
}

export const gzipped = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

/** Whatever the server's route of this path answers. */
export async function askPath<Answer = Record<string, never>>(session: DroppedSession, path: string): Promise<Answer> {
  return (await session.ask({ kind: 'answer', path: `api/v1/${path}` }, asker)) as Answer;
}

export interface ReadStretch {
  readonly head: StretchHead;
  readonly streaks: readonly StreakBatch[];
  readonly body: Uint8Array;
}

export async function askStretch(
  session: DroppedSession,
  request: Partial<StretchRequest>,
  whoAsks: Asker = asker,
): Promise<ReadStretch> {
  const whole = { session: 1, fromSeconds: 0, toSeconds: 1, filter: '', most: 60_000, ...request };
  const body = (await session.ask({ kind: 'stretch', request: whole }, whoAsks)) as Uint8Array;
  const [head, ...streaks] = splitFrames(body).map((frame) => decodeFrame(frame));
  return { head: decodeJsonFrame(head!) as StretchHead, streaks: streaks.map(frameToStreaks), body };
}
