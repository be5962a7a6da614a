/** A filter by one key, which series answer, says the same as the flows do. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ledgerAtRest } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

interface Answer {
  points?: unknown[];
  rows?: unknown[];
}

test('what series answer is what the flows say', async () => {
  const folder = await testFolder();
  const capture = join(folder, 'made.pcap');
  await program(['simulate', '--rate', '40', '--duration', '400', '--seed', '8', '--out', capture]);
  const words = ['start', '--port', '0', '--data', join(folder, 'data'), '--read', capture, '--speed', 'max'];
  const running = runProgram(words);
  const url = await addressOf(running);
  await ledgerAtRest(url);
  const span = 'from=2026-01-01T00:00:00Z&to=2026-01-01T00:10:00Z';
  const both = async (query: string, filter: string) => {
    const about = (text: string) => ask<Answer>(url, `${query}&${span}&filter=${encodeURIComponent(text)}`);
    // The same said in another way is none of the keys: it is summed from the flows.
    return [await about(filter), await about(`(${filter}) and (tcp or not tcp)`)] as const;
  };
  const filters = [
    'country CN',
    'country unknown',
    'asn 4134',
    'class tcpSyn',
    'class icmp',
    'tag mirai',
    'udp',
    'proto 1',
  ];
  filters.push('tcp dst port 23', 'dst port 53 and udp', 'sensor "this machine"');
  let seen = 0;
  for (const filter of filters) {
    for (const query of [
      'series?by=total&step=60',
      'series?by=total&step=300&measure=bytes',
      'series?by=class&step=60',
    ]) {
      const [counted, summed] = await both(query, filter);
      expect(counted, `${query} ${filter}`).toEqual(summed);
      seen += counted.points!.length;
    }
  }
  for (const [by, filter] of [
    ['country', 'country US'],
    ['class', 'class udp'],
    ['port', 'tcp dst port 23'],
    ['network', 'asn 4134'],
    ['tag', 'tag mirai'],
  ]) {
    const [counted, summed] = await both(`top?by=${by}`, filter!);
    expect(counted, `${by} ${filter}`).toEqual(summed);
    expect(counted.rows!.length).toBeGreaterThan(0);
    const [keyed, keyedSummed] = await both(`series?by=${by}&step=60&measure=flows`, filter!);
    expect(keyed, `${by} ${filter}`).toEqual(keyedSummed);
  }
  expect(seen).toBeGreaterThan(100);
  expect((await interrupt(running)).code).toBe(0);
});
