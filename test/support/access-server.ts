/** Routes and sockets over real tokens and a live hub without a store: who may see what, asked over HTTP and WebSockets. */
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { SignIns } from '../../server/access/sign-ins.ts';
import { type Role, TokenFile } from '../../server/access/token-file.ts';
import type { ApiParts } from '../../server/api/parts.ts';
import { buildApp } from '../../server/app.ts';
import { TargetSlots } from '../../server/enrich/target-slots.ts';
import type { Channel } from '../../server/ingest/channel.ts';
import { LiveHub } from '../../server/live/live-hub.ts';
import { type SocketParts, Sockets } from '../../server/sockets.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { testFolder } from './folders.ts';
import { projectFolder } from './program.ts';

const session = { id: 0, kind: 'live', name: '', sensor: null, arrivedSeconds: 0, firstSeconds: 0, packets: 0 };
const slots = new TargetSlots(new Uint8Array(32).fill(7), ['198.51.100.0/24']);
const hello = { clock: { mode: 'live', speed: 1 } };
const channel = { session, slots, hello, sensor: { id: 1, name: 'a', place: null }, peer: null, state: 'lost' };

export interface AccessServer {
  readonly app: FastifyInstance;
  readonly tokens: TokenFile;
  readonly signIns: SignIns;
  readonly folder: string;
  /** Makes a token and says what it is. */
  token(role: Role): string;
  /** Passes the time by which sign-ins grow old. */
  pass(milliseconds: number): void;
  /** Hands flows to whoever watches. */
  publish(batch: FlowBatch): void;
  readonly live: LiveHub;
}

export async function openAccessServer(more: Partial<ApiParts & SocketParts> = {}): Promise<AccessServer> {
  const folder = await testFolder();
  const tokens = new TokenFile(folder);
  let now = 1_700_000_000_000;
  const signIns = new SignIns(tokens, () => now);
  const catalog = {
    sessions: async () => [],
    session: async () => session,
    sensors: async () => [{ id: 1, name: 'a' }],
    totals: async () => ({ packets: 0, flows: 0, bytes: 0, unknownPlacePackets: 0 }),
  };
  const live = new LiveHub({
    catalog: catalog as never,
    places: { fill: () => undefined } as never,
    ledgers: () => [],
    isStorageFull: () => false,
    seriesBehind: () => 0,
    problemCodes: () => [],
    credits: [],
    log: (message) => {
      throw new Error(message);
    },
  });
  await live.start();
  const shared = { tokens, signIns, live, software: 'kurayami 0' };
  const app = await buildApp({ ...shared, catalog, pageFolder: projectFolder, ...more } as unknown as ApiParts);
  const sockets = new Sockets({
    ...shared,
    log: () => undefined,
    streaksPerSecond: 1_000,
    ...more,
  } as unknown as SocketParts);
  sockets.attach(app.server);
  onTestFinished(async () => {
    live.stop();
    sockets.close();
    await app.close();
  });
  return {
    app,
    tokens,
    signIns,
    folder,
    token: (role) => tokens.add(role, `a ${role}`).token,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    live,
    publish: (batch) => live.publish(channel as unknown as Channel, batch),
  };
}

/** The `Cookie` header that a browser would send after this answer. */
export function cookieOf(answer: { headers: Record<string, unknown> }): string {
  return String(answer.headers['set-cookie']).split(';')[0]!;
}
