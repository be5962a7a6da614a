/** Sessions that are renamed and deleted over the API while the server runs: who may, when not, and that nothing of them comes back. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ApiParts } from '../../server/api/parts.ts';
import { buildApp } from '../../server/app.ts';
import { reportOfBegin } from '../../server/ingest/sensor-runs.ts';
import { flowsToFrame } from '../../shared/wire/flow-frames.ts';
import { decodeFrame, encodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { flowBatch, NOON_SECONDS } from '../support/commits.ts';
import { createPeer, createPipeline, helloOf } from '../support/pipeline.ts';
import { projectFolder } from '../support/program.ts';

const fileOf = (epoch: number, name: string) => ({
  ...helloOf(epoch, name),
  session: { kind: 'file' as const, name: `${name}.pcap` },
  clock: { mode: 'max' as const, speed: 0 },
});
const flowsFrame = (epoch: number, sequence: number) =>
  decodeFrame(encodeFrame(flowsToFrame(flowBatch(4, [{ packets: 3 }]), 0, 1, epoch, sequence)));

async function openServer() {
  const server = await createPipeline();
  const { pipeline, stores, live } = server;
  await live.start();
  const app = await buildApp({
    flows: stores.flows,
    series: stores.series,
    evidence: stores.evidence,
    payloads: stores.payloads,
    catalog: stores.catalog,
    sessions: pipeline,
    ledgers: () => pipeline.ledgers(),
    live,
    tokens: { find: (token: string) => ({ role: token, name: token, id: 1 }) },
    signIns: { find: () => null },
    software: 'kurayami 0',
    pageFolder: projectFolder,
  } as unknown as ApiParts);
  onTestFinished(async () => {
    live.stop();
    await app.close();
    await server.close();
  });
  /** A run that ends, or stays connected. */
  const feed = async (epoch: number, name: string, leaves = true) => {
    const peer = createPeer();
    const hello = fileOf(epoch, name);
    const channel = await pipeline.open(hello, peer);
    const report = { ...reportOfBegin(hello), captureSeconds: NOON_SECONDS + 5 };
    pipeline.receive(channel, peer, decodeFrame(encodeJsonFrame(FrameKind.health, report, epoch, 0)));
    pipeline.receive(channel, peer, flowsFrame(epoch, 1));
    await vi.waitFor(() => expect(channel.storedSequence).toBe(1), { timeout: 10_000 });
    if (leaves) pipeline.leave(channel, peer);
    return { id: channel.session.id, leave: () => pipeline.leave(channel, peer) };
  };
  const ask = async (method: 'GET' | 'PATCH' | 'DELETE', path: string, body?: unknown, role = 'analyst') => {
    const answer = await app.inject({
      method,
      url: `/api/v1/${path}`,
      headers: { host: 'localhost', ...(role === '' ? {} : { authorization: `Bearer ${role}` }) },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: answer.statusCode, body: answer.body === '' ? null : (answer.json() as Record<string, unknown>) };
  };
  return { ...server, feed, ask };
}

test('a session is listed with what it takes, gets another name, and is deleted', async () => {
  const { feed, ask, live, stores, pipeline } = await openServer();
  const [a, b] = [await feed(7, 'a'), await feed(8, 'b')];
  expect((await ask('GET', 'sessions')).body).toMatchObject([
    { id: a.id, name: 'a.pcap', packets: 3, flows: 1, bytes: 25, isFed: false },
    { id: b.id, name: 'b.pcap', packets: 3, flows: 1, isFed: false },
  ]);
  const renamed = await ask('PATCH', `sessions/${b.id}`, { name: '月曜日' });
  expect(renamed).toMatchObject({ status: 200, body: { id: b.id, name: '月曜日' } });
  expect(live.current().record).toMatchObject({ id: b.id, name: '月曜日' });
  expect(await ask('DELETE', `sessions/${b.id}`)).toEqual({ status: 204, body: null });
  expect((await ask('GET', 'sessions')).body).toMatchObject([{ id: a.id }]);
  expect(live.current().record.id).toBe(a.id);
  expect((await ask('GET', `ledger?session=${b.id}`)).body).toMatchObject({ code: 'API_NO_SESSION' });
  expect((await ask('GET', `ledger?session=${a.id}`)).body).toMatchObject({
    flowStore: { present: { packets: 3 }, deleted: { packets: 0 } },
    stored: expect.not.arrayContaining([expect.objectContaining({ holds: false })]),
  });
  expect((await stores.flows.state()).deleted).toMatchObject({ sessions: 1, packets: 3 });
  expect(pipeline.ledgers().map(({ session }) => session)).toEqual([a.id]);
  // What the server stores next brings nothing of it back.
  await feed(9, 'c');
  await pipeline.stop();
  expect((await stores.catalog.ledgers()).map(({ session }) => session)).not.toContain(b.id);
  expect((await stores.sketches.memory()).states.map(({ session }) => session)).not.toContain(b.id);
  expect(await stores.catalog.watches(b.id, { fromSeconds: 0, toSeconds: 4e9 })).toEqual([]);
  expect((await stores.series.sum(b.id, 60)).packets).toBe(0);
});

test('the last session there is can be deleted', async () => {
  const { feed, ask, live } = await openServer();
  const { id } = await feed(7, 'a');
  expect((await ask('DELETE', `sessions/${id}`)).status).toBe(204);
  expect((await ask('GET', 'sessions')).body).toEqual([]);
  expect(live.current().record.id).toBe(0);
  expect((await ask('DELETE', `sessions/${id}`)).body).toMatchObject({ code: 'API_NO_SESSION' });
});

test('a sensor that comes again for a deleted session is told so; its next run is welcome', async () => {
  const { feed, ask, pipeline } = await openServer();
  const { id } = await feed(7, 'a');
  await ask('DELETE', `sessions/${id}`);
  await expect(pipeline.open(fileOf(7, 'a'), createPeer())).rejects.toMatchObject({ code: 'STORE_SESSION_DELETED' });
  expect((await feed(8, 'a')).id).toBe(id + 1);
});

test('a deletion that fails leaves the session and its ledger', async () => {
  const { feed, ask, stores, catalog } = await openServer();
  const { id } = await feed(7, 'a');
  const spy = vi.spyOn(catalog, 'deleteSession').mockRejectedValue(new Error('no'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect((await ask('DELETE', `sessions/${id}`)).status).toBe(500);
  vi.restoreAllMocks();
  spy.mockRestore();
  expect((await ask('GET', `ledger?session=${id}`)).body).toMatchObject({
    sensors: [{ server: { packetsStored: 3 } }],
  });
  expect((await stores.flows.sum(id)).packets).toBe(3);
  expect((await ask('DELETE', `sessions/${id}`)).status).toBe(204);
});

describe('what is refused', () => {
  test('the live session, one that is fed, and one that is not there', async () => {
    const { feed, ask } = await openServer();
    const { id, leave } = await feed(7, 'a', false);
    for (const [method, body] of [
      ['PATCH', { name: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      expect(await ask(method, 'sessions/0', body)).toMatchObject({ status: 409, body: { code: 'API_SESSION_LIVE' } });
      expect(await ask(method, `sessions/${id}`, body)).toMatchObject({
        status: 409,
        body: { code: 'API_SESSION_FED' },
      });
      expect(await ask(method, 'sessions/99', body)).toMatchObject({ status: 404, body: { code: 'API_NO_SESSION' } });
      for (const wrong of ['-1', 'a', '4294967296', '1.5'])
        expect(await ask(method, `sessions/${wrong}`, body)).toMatchObject({
          status: 400,
          body: { code: 'API_BAD_REQUEST' },
        });
    }
    expect((await ask('GET', 'sessions')).body).toMatchObject([{ id, isFed: true }]);
    // A number that was asked for too early is nobody's yet.
    expect((await feed(8, 'b')).id).toBe(id + 1);
    leave();
    expect((await ask('DELETE', `sessions/${id}`)).status).toBe(204);
  });

  test.for(['', 'viewer', 'sensor'])('"%s" changes nothing', async (role) => {
    const { feed, ask } = await openServer();
    const { id } = await feed(7, 'a');
    const codes = role === 'sensor' ? 'ACCESS_ROLE' : 'ACCESS_ANALYSTS';
    expect(await ask('DELETE', `sessions/${id}`, undefined, role)).toMatchObject({
      status: 403,
      body: { code: codes },
    });
    expect(await ask('PATCH', `sessions/${id}`, { name: 'x' }, role)).toMatchObject({
      status: 403,
      body: { code: codes },
    });
    expect((await ask('GET', 'sessions')).body).toMatchObject([{ id, name: 'a.pcap' }]);
  });

  test.for<{ name: string; body: unknown }>([
    { name: 'an empty name', body: { name: '' } },
    { name: 'a long name', body: { name: 'x'.repeat(201) } },
    { name: 'a line break', body: { name: 'a\nb' } },
    { name: 'an escape', body: { name: '\u009b31m' } },
    { name: 'no name', body: {} },
    { name: 'a list', body: { name: ['a', 'b'] } },
    { name: 'a body that is too long', body: { name: 'x', more: 'y'.repeat(5_000) } },
  ])('$name', async ({ body }) => {
    const { feed, ask } = await openServer();
    const { id } = await feed(7, 'a');
    expect((await ask('PATCH', `sessions/${id}`, body)).status).toBeGreaterThanOrEqual(400);
    expect((await ask('GET', 'sessions')).body).toMatchObject([{ name: 'a.pcap' }]);
  });
});
