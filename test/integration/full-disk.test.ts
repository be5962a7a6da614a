/** A server whose disk has too little room: it waits, says so, loses nothing, and goes on by itself. */
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, ledgerAtRest, ledgerOf } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';
import { canMount, smallDisk } from '../support/small-disk.ts';

interface Health {
  status: string;
  disk: { freeBytes: number; lowBytes: number; highBytes: number };
}

describe.skipIf(!canMount())('a disk with too little room', () => {
  test('is waited for: every packet is stored once there is room', async () => {
    const [folder, data] = [await testFolder(), await smallDisk(200)];
    const capture = join(folder, 'made.pcap');
    await program(['simulate', '--rate', '3000', '--duration', '20', '--out', capture]);
    const ballast = join(data, 'ballast');
    await writeFile(ballast, Buffer.alloc(120_000_000, 7));
    const running = runProgram(['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max'], {
      environment: { KURAYAMI_SERVER_DISK_LOW_PERCENT: '50' },
    });
    const url = await addressOf(running);
    const health = () => ask<Health>(url, 'health');
    await until('a sensor that waits', health, ({ status }) => status === 'full');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect((await ledgerOf(url)).sensors[0]?.server.packetsStored ?? 0).toBe(0);
    const before = cpuSeconds(running.process.pid!);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    // It waits, and does not spin.
    expect(cpuSeconds(running.process.pid!) - before).toBeLessThan(1);
    await rm(ballast);
    await until('room', health, ({ status }) => status === 'ok');
    const { sensors, balances } = await ledgerAtRest(url);
    expect(balances).toBe(true);
    expect(sensors[0]!.counts.captured).toBeGreaterThan(50_000);
    expect(sensors[0]!.server.packetsStored).toBe(sensors[0]!.counts.captured);
    expect(running.output()).toMatch(/is full .*: nothing is stored until there is room/);
    expect(running.output()).toMatch(/there is room on the disk/);
    await interrupt(running);
  });
});

function cpuSeconds(processId: number): number {
  const [time = '0'] = execFileSync('ps', ['-o', 'cputimes=', '-p', String(processId)], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return Number(time);
}
