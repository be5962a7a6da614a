/** Captures into a running server: a session of their own, beside the live one. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ledgerOf } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

interface Session {
  id: number;
  kind: string;
  name: string;
  packets: number;
}

test('is stored whole, as another session, while what is simulated goes on; no token is left', {
  timeout: 240_000,
}, async () => {
  const folder = await testFolder();
  const [capture, data] = [join(folder, 'night.pcap'), join(folder, 'data')];
  await program(['simulate', '--scenario', 'scan', '--duration', '20', '--seed', '5', '--out', capture]);
  const running = runProgram(['start', '--port', '0', '--data', data, '--rate', '100']);
  const url = await addressOf(running, 90_000);
  const server = url.replace('http:', 'ws:').replace(/\/$/, '');
  const before = await ask<Session[]>(url, 'sessions');

  for (const run of [1, 2]) {
    const { stderr, code } = await program(['replay', '--speed', 'max', '--server', server, '--data', data, capture]);
    expect(code, stderr).toBe(0);
    const sessions = await ask<Session[]>(url, 'sessions');
    expect(sessions).toHaveLength(before.length + run);
    const own = sessions.at(-1)!;
    expect(own).toMatchObject({ kind: 'file', name: 'night.pcap' });
    const ledger = await ledgerOf(url, own.id);
    expect(ledger.sensors).toHaveLength(1);
    expect(ledger.sensors[0]!.counts.captured).toBe(own.packets);
    expect(ledger.balances).toBe(true);
  }
  expect((await program(['token', 'list', '--data', data])).stdout).not.toMatch(/replay/);
  await interrupt(running);
});

test('without a server, or without a file, it says what to do', async () => {
  const folder = await testFolder();
  const lost = await program(['replay', '--data', folder, 'a.pcap']);
  expect([lost.code, lost.stderr]).toEqual([2, expect.stringMatching(/no server has its stores in .*--data/)]);
  const nothing = await program(['replay']);
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringMatching(/name the captures/)]);
});
