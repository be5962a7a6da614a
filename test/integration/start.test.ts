/** `kurayami start` as a user meets it: it shows traffic, stops at once, and remembers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, ledgerAtRest, ledgerOf } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';

interface Session {
  id: number;
  kind: string;
  name: string;
  packets: number;
}

describe('start', () => {
  test('without a source it simulates; Ctrl-C stores all that was received; a second start shows the history', async () => {
    const data = await testFolder();
    const first = runProgram(['start', '--port', '0', '--data', data, '--rate', '2000']);
    const url = await addressOf(first);
    await until(
      'packets',
      () => ledgerOf(url),
      ({ sensors }) => (sensors[0]?.server.packetsStored ?? 0) > 4_000,
    );
    const { flows } = await ask<{ flows: { asn: number }[] }>(url, 'flows?limit=500');
    const { asn } = flows.find((flow) => flow.asn > 0)!;
    const found = await ask<{ flows: { asn: number }[] }>(
      url,
      `flows?limit=500&filter=${encodeURIComponent(`asn ${asn}`)}`,
    );
    expect(new Set(found.flows.map((flow) => flow.asn))).toEqual(new Set([asn]));
    const stopped = await interrupt(first);
    expect(stopped.code, stopped.stderr).toBe(0);
    expect(stopped.stopMilliseconds).toBeLessThan(2_000);

    const second = runProgram(['start', '--port', '0', '--data', data]);
    const again = await addressOf(second);
    const sessions = await until(
      'two sessions',
      () => ask<Session[]>(again, 'sessions'),
      (list) => list.length === 2,
    );
    expect(sessions[0]).toMatchObject({ kind: 'simulated', name: 'background' });
    const ledger = await ledgerOf(again, sessions[0]!.id);
    expect(ledger.balances, JSON.stringify(ledger)).toBe(true);
    expect(ledger.sensors[0]?.finished).toBe(true);
    expect(ledger.sensors[0]?.counts.captured).toBe(sessions[0]!.packets);
    const series = await ask<{ points: { value: number }[] }>(
      again,
      `series?by=total&step=1&session=${sessions[0]!.id}`,
    );
    expect(series.points.reduce((sum, { value }) => sum + value, 0)).toBe(sessions[0]!.packets);
    await interrupt(second);
  });

  test('a file that was simulated is read to the packet, and its actors are found again', async () => {
    const folder = await testFolder();
    const [capture, truth] = [join(folder, 'made.pcap'), join(folder, 'made.ndjson')];
    const made = await program([
      'simulate',
      '--rate',
      '5000',
      '--duration',
      '60',
      '--seed',
      '7',
      '--out',
      capture,
      '--truth',
      truth,
    ]);
    expect(made.code, made.stderr).toBe(0);
    const actors = (await readFile(truth, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { tool: string | null; sources: string[]; packets: number });
    const packets = actors.reduce((sum, actor) => sum + actor.packets, 0);

    const running = runProgram([
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--read',
      capture,
      '--speed',
      'max',
    ]);
    const url = await addressOf(running);
    const ledger = await ledgerAtRest(url);
    expect(ledger.sensors[0]?.counts).toMatchObject({
      captured: packets,
      decoded: packets,
      notIp: {},
      undecodable: {},
    });
    expect(ledger.sensors[0]?.server).toMatchObject({ packetsStored: packets, packetsLate: 0 });

    const loudest = actors.filter(({ sources }) => sources.length === 1).sort((a, b) => b.packets - a.packets)[0]!;
    const { rows } = await ask<{ rows: { key: string; packets: number }[] }>(url, 'top?by=source&limit=1000');
    expect(rows.find(({ key }) => key === loudest.sources[0])?.packets).toBe(loudest.packets);
    await interrupt(running);
  });

  test('a capture is played in its own time, and long silences are skipped and told', async () => {
    const folder = await testFolder();
    const parts = [1_700_000_000, 1_700_003_600].map((start) => ({ start, file: join(folder, `${start}.pcap`) }));
    for (const { start, file } of parts) {
      expect(
        (await program(['simulate', '--rate', '200', '--duration', '3', '--start', String(start), '--out', file])).code,
      ).toBe(0);
    }
    const started = performance.now();
    // Named in the wrong order: they are played in that of their time.
    const running = runProgram([
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--speed',
      '2',
      '--read',
      parts[1]!.file,
      parts[0]!.file,
    ]);
    const url = await addressOf(running);
    const ledger = await ledgerAtRest(url);
    expect(performance.now() - started).toBeGreaterThan(3_000);
    expect(ledger.sensors[0]?.skippedGaps).toBe(1);
    const [session] = await ask<(Session & { first: string; last: string })[]>(url, 'sessions');
    expect(session).toMatchObject({ kind: 'file', packets: ledger.sensors[0]?.counts.decoded });
    expect(session?.first.slice(0, 16)).toBe('2023-11-14T22:13');
    expect(session?.last.slice(0, 16)).toBe('2023-11-14T23:13');
    await interrupt(running);
  });
});
