import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { SharedStreaks } from '../../../server/live/shared-streaks.ts';
import { Viewer, type ViewerRights } from '../../../server/live/viewer.ts';
import { decodeFrame } from '../../../shared/wire/frame.ts';
import { createStreakBatch, frameToStreaks } from '../../../shared/wire/streaks.ts';

/** What a viewer needs of a socket. */
class FakeSocket {
  bufferedAmount = 0;
  readonly sent: Uint8Array[] = [];
  readonly closed: unknown[] = [];
  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }
  close(...reason: unknown[]): void {
    this.closed.push(reason);
  }
  /** Rows of each frame that was sent. */
  get rows(): number[] {
    return this.sent.map((bytes) => frameToStreaks(decodeFrame(bytes)).length);
  }
}

function watch(streaksPerSecond: number, rights: Partial<ViewerRights> = {}) {
  const socket = new FakeSocket();
  const all = { seesTargets: false, isGood: () => true, asker: 'somebody', ...rights };
  return { socket, viewer: new Viewer(socket as unknown as WebSocket, streaksPerSecond, all) };
}

function streaks(rows: number): SharedStreaks {
  const batch = createStreakBatch(4, rows);
  batch.length = rows;
  return new SharedStreaks(batch, new Uint32Array(rows).fill(0xc633_6407));
}

let now = 1_000;
beforeEach(() => {
  now = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

describe('the budget', () => {
  test('what fits is sent whole, the same bytes to all', () => {
    const [a, b] = [watch(100), watch(100)];
    const shared = streaks(60);
    a.viewer.sendStreaks(shared);
    b.viewer.sendStreaks(shared);
    expect(a.socket.rows).toEqual([60]);
    expect(a.socket.sent[0]).toBe(b.socket.sent[0]);
    expect(a.viewer.ledger).toEqual({ offered: 60, sent: 60, sampledOut: 0, filteredOut: 0 });
  });

  test('what does not is a sample of exactly what is left', () => {
    const { socket, viewer } = watch(100);
    viewer.sendStreaks(streaks(60));
    viewer.sendStreaks(streaks(60));
    viewer.sendStreaks(streaks(60));
    expect(socket.rows).toEqual([60, 40]);
    expect(viewer.ledger).toEqual({ offered: 180, sent: 100, sampledOut: 80, filteredOut: 0 });
  });

  test('comes back with time', () => {
    const { socket, viewer } = watch(100);
    viewer.sendStreaks(streaks(100));
    now += 250;
    viewer.sendStreaks(streaks(100));
    now += 5;
    viewer.sendStreaks(streaks(100));
    expect(socket.rows).toEqual([100, 25]);
    now += 5;
    viewer.sendStreaks(streaks(100));
    expect(socket.rows).toEqual([100, 25, 1]);
  });

  test('is saved up for one second, not more', () => {
    const { socket, viewer } = watch(100);
    now += 3_600_000;
    viewer.sendStreaks(streaks(1_000));
    expect(socket.rows).toEqual([100]);
  });

  test('over time is what is allowed a second', () => {
    const { socket, viewer } = watch(3_000);
    for (let step = 0; step < 1_000; step++) {
      now += 10;
      viewer.sendStreaks(streaks(500));
    }
    const sent = socket.rows.reduce((sum, rows) => sum + rows, 0);
    expect(sent).toBeLessThanOrEqual(33_000);
    expect(sent).toBeGreaterThan(32_500);
    expect(viewer.ledger).toEqual({ offered: 500_000, sent, sampledOut: 500_000 - sent, filteredOut: 0 });
  });
});

describe('a connection that cannot keep up', () => {
  test('gets no streaks, and they are counted', () => {
    const { socket, viewer } = watch(100);
    socket.bufferedAmount = (2 << 20) + 1;
    viewer.sendStreaks(streaks(60));
    expect(socket.sent).toEqual([]);
    expect(viewer.ledger).toEqual({ offered: 60, sent: 0, sampledOut: 60, filteredOut: 0 });
    socket.bufferedAmount = 2 << 20;
    viewer.sendStreaks(streaks(60));
    expect(socket.rows).toEqual([60]);
  });

  test('gets no totals either', () => {
    const { socket, viewer } = watch(100);
    socket.bufferedAmount = (2 << 20) + 1;
    viewer.send(Uint8Array.of(1));
    expect(socket.sent).toEqual([]);
    socket.bufferedAmount = 0;
    viewer.send(Uint8Array.of(1));
    expect(socket.sent).toEqual([Uint8Array.of(1)]);
  });
});

test('closed, a viewer is told why', () => {
  const { socket, viewer } = watch(100);
  viewer.close();
  expect(socket.closed).toEqual([[1001, 'the server stops']]);
});

describe('targets', () => {
  const targetsOf = (socket: FakeSocket) => socket.sent.map((bytes) => frameToStreaks(decodeFrame(bytes)).target);

  test('are for analysts; each kind of page has the same bytes', () => {
    const pages = [false, true, false, true].map((seesTargets) => watch(100, { seesTargets }));
    const shared = streaks(20);
    for (const { viewer } of pages) viewer.sendStreaks(shared);
    const [a, b, c, d] = pages.map(({ socket }) => socket);
    expect(a!.sent[0]).toBe(c!.sent[0]);
    expect(b!.sent[0]).toBe(d!.sent[0]);
    expect(targetsOf(a!)).toEqual([null]);
    expect([...targetsOf(b!)[0]!]).toEqual(new Array(20).fill(0xc633_6407));
  });

  test('are in a sample as in the whole', () => {
    const [viewer, analyst] = [watch(10), watch(10, { seesTargets: true })];
    for (const { viewer: page } of [viewer, analyst]) page.sendStreaks(streaks(60));
    expect(viewer.socket.rows).toEqual([10]);
    expect(targetsOf(viewer.socket)).toEqual([null]);
    expect([...targetsOf(analyst.socket)[0]!]).toEqual(new Array(10).fill(0xc633_6407));
  });
});

test('whose right to watch has ended is told so', () => {
  let good = true;
  const { socket, viewer } = watch(100, { seesTargets: true, isGood: () => good });
  expect(viewer.stillMay()).toBe(true);
  good = false;
  expect(viewer.stillMay()).toBe(false);
  expect(socket.closed).toEqual([[1008, 'ACCESS_SIGNED_OUT']]);
});
