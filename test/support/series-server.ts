/**
 * A server that takes lines as InfluxDB 2 and 3 document it (statuses, bodies, authorisation, gzip), where those are not to
 * be had; or as VictoriaMetrics does, where a test wants to know each value that it was sent for one time.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { SeriesTarget } from '../../server/store/influx/target.ts';

export interface FakeSeriesServer {
  readonly target: SeriesTarget;
  /** Newest line of each series and time, by `series time`. */
  readonly points: Map<string, string>;
  /** How often each of them was written. */
  readonly times: Map<string, number>;
  /** Requests that wrote, refused or not. */
  readonly writes: { url: string; lines: number; encoding: string | undefined }[];
  /** What it answers to the next writes, before it takes lines again. */
  readonly answers: { status: number; headers?: Record<string, string>; body?: string }[];
  /** When it says that it was started; null where it does not. */
  startSeconds: number | null;
  /** Requests that asked for it. */
  startsAsked: number;
  /** So many writes end without an answer, the connection with them; of lines that were taken. */
  breaks: number;
  /** So long it thinks before it answers a write, whose lines it has by then. */
  delayMilliseconds: number;
  /** Lines it never takes. */
  refuse: (line: string) => boolean;
  close(): Promise<void>;
}

const WRITE_PATHS = { influxdb2: '/api/v2/write', influxdb3: '/api/v3/write_lp', victoriametrics: '/write' } as const;
const FIELD = /^[a-zA-Z_]+=\d+i$/;

export async function startFakeServer(
  kind: 'influxdb2' | 'influxdb3' | 'victoriametrics',
  token: string,
  host = '127.0.0.1',
): Promise<FakeSeriesServer> {
  const fake = {
    points: new Map<string, string>(),
    times: new Map<string, number>(),
    writes: [],
    answers: [],
    startSeconds: null,
    startsAsked: 0,
    breaks: 0,
    delayMilliseconds: 0,
    refuse: () => false,
  } as Omit<FakeSeriesServer, 'target' | 'close'>;
  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, Buffer.concat(parts), response));
  });

  function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (kind !== 'victoriametrics')
      response.setHeader('x-influxdb-version', kind === 'influxdb2' ? 'v2.7.11' : '3.2.1');
    const url = new URL(request.url ?? '/', 'http://any');
    if (url.pathname === '/metrics' || url.pathname === '/debug/vars') {
      fake.startsAsked += 1;
      if (fake.startSeconds === null) return void response.writeHead(404).end();
      const metrics = `# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds ${fake.startSeconds.toExponential()}\n`;
      return void response.end(metrics);
    }
    const scheme = kind === 'influxdb2' ? 'Token' : 'Bearer';
    if (kind === 'influxdb3' || url.pathname !== '/ping') {
      if (request.headers.authorization !== `${scheme} ${token}`)
        return void response
          .writeHead(401, { 'content-type': 'application/json' })
          .end('{"code":"unauthorized","message":"unauthorized access"}');
    }
    if (url.pathname === (kind === 'victoriametrics' ? '/health' : '/ping'))
      return void response.writeHead(kind === 'influxdb2' ? 204 : 200).end();
    if (url.pathname !== WRITE_PATHS[kind] || request.method !== 'POST')
      return void response.writeHead(404).end('{"code":"not found","message":"path not found"}');
    const { delayMilliseconds } = fake;
    if (delayMilliseconds === 0) take(request, body, response);
    else setTimeout(() => take(request, body, response), delayMilliseconds).unref();
  }

  function take(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const encoding = request.headers['content-encoding'];
    const lines = (encoding === 'gzip' ? gunzipSync(body) : body).toString('utf8').split('\n');
    fake.writes.push({ url: request.url ?? '', lines: lines.length, encoding });
    const planned = fake.answers.shift();
    if (planned) return void response.writeHead(planned.status, planned.headers).end(planned.body);
    const refused: { original_line: string; line_number: number; error_message: string }[] = [];
    for (const [at, line] of lines.entries()) {
      const [series = '', fields = '', time = ''] = line.split(' ');
      if (!fields.split(',').every((field) => FIELD.test(field)) || !/^\d+$/.test(time) || fake.refuse(line))
        refused.push({ original_line: line.slice(0, 100), line_number: at + 1, error_message: 'invalid column type' });
      else {
        const name = `${series} ${time}`;
        fake.points.set(name, line);
        fake.times.set(name, (fake.times.get(name) ?? 0) + 1);
      }
    }
    if (fake.breaks > 0) {
      fake.breaks -= 1;
      return void request.socket.destroy();
    }
    if (refused.length === 0) return void response.writeHead(204).end();
    const text =
      kind === 'influxdb3'
        ? { error: 'partial write of line protocol occurred', data: refused }
        : { code: 'invalid', message: `partial write: field type conflict dropped=${refused.length}` };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(text));
  }

  http.listen(0, host);
  await once(http, 'listening');
  const address = http.address();
  const url = `http://${host}:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const database = kind === 'victoriametrics' ? '' : 'dark';
  const target: SeriesTarget = { kind, url, database, ...(kind === 'influxdb2' ? { organisation: 'org' } : {}) };
  const close = async () => {
    http.closeAllConnections();
    http.close();
  };
  return Object.assign(fake, { target, close });
}
