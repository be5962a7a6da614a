/** A server that says what a test has it say: hello and totals that can be changed, and nothing that flies. */
import type { WebSocket } from 'ws';
import { FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { FakeTotals, fakeSensors } from './fake-totals.ts';
import { fakeBatch, seeded } from './fake-traffic.ts';
import { type PageServer, type PageServerOptions, startPageServer } from './page-server.ts';

const EVERY_MILLISECONDS = 250;

export interface Told {
  hello: unknown;
  /** Null: none are sent. */
  totals: unknown;
}

export interface ToldServer extends PageServer {
  /** What is sent from now on, to all connections. */
  readonly told: Told;
  /** To every viewer, now. */
  send(bytes: Uint8Array | string): void;
  /** Ends every connection; new ones are welcome. */
  drop(): void;
}

/** Totals of a session that has seen a few hundred flows. */
export function someTotals(kind: LiveTotals['session']['kind'] = 'live'): LiveTotals {
  const begin = Date.UTC(2026, 0, 31, 12) / 1000;
  const totals = new FakeTotals({ kind, name: 'fake', clock: { mode: 'live', speed: 1 } }, fakeSensors, begin);
  totals.add(fakeBatch(seeded(3), 400, begin, begin + 60, [1]));
  return totals.message(1_234, 321);
}

export async function startToldServer(
  told: Told = { hello: { software: 'kurayami 0.1.0', role: 'viewer' }, totals: someTotals() },
  options: Partial<PageServerOptions> = {},
): Promise<ToldServer> {
  const viewers = new Set<WebSocket>();
  const server = await startPageServer({
    ...options,
    // What the filter's words of networks are made of.
    answers: { '/api/v1/top': '[]', ...options.answers },
    onViewer(socket) {
      viewers.add(socket);
      const say = () => told.totals !== null && socket.send(encodeJsonFrame(FrameKind.totals, told.totals));
      socket.send(encodeJsonFrame(FrameKind.hello, told.hello));
      say();
      const timer = setInterval(say, EVERY_MILLISECONDS);
      socket.on('close', () => {
        clearInterval(timer);
        viewers.delete(socket);
      });
    },
  });
  return {
    ...server,
    told,
    send(bytes) {
      for (const socket of viewers) socket.send(bytes);
    },
    drop() {
      for (const socket of viewers) socket.terminate();
    },
  };
}
