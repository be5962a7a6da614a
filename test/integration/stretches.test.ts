/** A stored session is asked for stretch by stretch, as a replay does, and deleted: over a running server and its tokens. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeFrame } from '../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { frameToStreaks } from '../../shared/wire/streaks.ts';
import { type StretchHead, splitFrames } from '../../shared/wire/stretch.ts';
import { ask, ledgerOf } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';

interface Session {
  id: number;
  name: string;
  packets: number;
  flows: number;
  bytes: number;
  isFed: boolean;
  first: string;
  last: string;
}
const STEP_SECONDS = 10;
const timeText = (seconds: number) => new Date(seconds * 1000).toISOString();
const secondsOf = (text: string) => Date.parse(text) / 1000;

async function stretchAt(url: string, session: number, from: number, more = '', headers: Record<string, string> = {}) {
  const span = `from=${timeText(from)}&to=${timeText(from + STEP_SECONDS)}`;
  const answer = await fetch(`${url}/api/v1/streaks?session=${session}&${span}${more}`, { headers });
  expect(answer.status).toBe(200);
  const [head, ...others] = splitFrames(new Uint8Array(await answer.arrayBuffer())).map((frame) => decodeFrame(frame));
  return { head: decodeJsonFrame(head!) as StretchHead, streaks: others.map(frameToStreaks) };
}

test('stretch by stretch it is all there; who may deletes it, and it is gone after a new start too', {
  timeout: 240_000,
}, async () => {
  const folder = await testFolder();
  const [capture, data] = [join(folder, 'night.pcap'), join(folder, 'data')];
  await program(['simulate', '--scenario', 'scan', '--duration', '30', '--seed', '5', '--out', capture]);
  const running = runProgram(['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max']);
  const url = await addressOf(running, 90_000);
  const [session] = await until(
    'the session, ended',
    () => ask<Session[]>(url, 'sessions'),
    ([found]) => found !== undefined && !found.isFed && found.packets > 0,
  );
  const { id, flows, packets, first, last } = session!;
  const all = { offered: 0, sent: 0, packets: 0 };
  for (let at = Math.floor(secondsOf(first)); at <= secondsOf(last); at += STEP_SECONDS) {
    const { head, streaks } = await stretchAt(url, id, at);
    expect(head.offered).toBe(head.sent + head.sampledOut + head.filteredOut);
    expect(streaks.every(({ target }) => target === null)).toBe(true);
    all.offered += head.offered;
    all.sent += streaks.reduce((sum, { length }) => sum + length, 0);
    all.packets += head.figures.packets;
  }
  expect(all).toEqual({ offered: flows, sent: flows, packets });
  const sample = await stretchAt(url, id, secondsOf(first), '&most=7&filter=tcp');
  expect(sample.head).toMatchObject({ sent: 7 });

  const { stdout } = await program(['token', 'add', '--role', 'analyst', '--name', 'ann', '--data', data]);
  const headers = { authorization: `Bearer ${stdout.trim()}` };
  expect((await stretchAt(url, id, secondsOf(first), '&most=7', headers)).streaks[0]!.target).not.toBeNull();
  const path = `${url}/api/v1/sessions/${id}`;
  expect((await fetch(path, { method: 'DELETE' })).status).toBe(403);
  const foreign = { ...headers, origin: 'http://elsewhere.example' };
  expect((await fetch(path, { method: 'DELETE', headers: foreign })).status).toBe(403);
  expect((await ledgerOf(url, id)).balances).toBe(true);
  const packetFiles = () => readdirSync(join(data, 'packets')).filter((name) => name.endsWith('.packets'));
  expect(packetFiles()).not.toEqual([]);
  expect((await fetch(path, { method: 'DELETE', headers })).status).toBe(204);
  expect(packetFiles()).toEqual([]);
  expect(await ask<Session[]>(url, 'sessions')).toEqual([]);
  const stopped = await interrupt(running);
  expect(stopped.code, stopped.stderr).toBe(0);

  const again = runProgram(['server', '--port', '0', '--data', data]);
  const later = await addressOf(again, 90_000);
  expect(await ask<Session[]>(later, 'sessions')).toEqual([]);
  const health = await ask<{ flowStore: { deleted: object; files: number; tables: number } }>(later, 'health');
  expect(health.flowStore).toMatchObject({ deleted: { sessions: 1, packets, flows }, files: 0, tables: 0 });
  await interrupt(again);
});
