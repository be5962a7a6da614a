/** The real program with recordings to replay: a simulated flood, and a real scan where the captures are at hand. */
import { join } from 'node:path';
import { ask } from '../support/api.ts';
import { capturePath, capturesFolder } from '../support/captures.ts';
import { makeFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

const SCAN = 'chrissanders+packets/synscan.pcapng';

/** As the API lists it. */
export interface Session {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly packets: number;
  readonly first: string;
  readonly last: string;
}

export interface Replays {
  readonly url: string;
  /** Of an analyst. */
  readonly token: string;
  /** Forty seconds. */
  readonly flood: Session;
  readonly scan: Session | undefined;
  named(name: string): Promise<Session | undefined>;
  stop(): Promise<void>;
}

/** Live traffic of forty packets a second goes on beside them. */
export async function startReplays(): Promise<Replays> {
  const { folder, remove } = await makeFolder();
  const data = join(folder, 'data');
  const capture = join(folder, 'flood.pcap');
  await program([
    ...['simulate', '--scenario', 'flood', '--rate', '150', '--duration', '40', '--seed', '5', '--out', capture],
  ]);
  const running = runProgram(['start', '--port', '0', '--data', data, '--rate', '40']);
  const url = await addressOf(running, 90_000);
  const files = [capture, ...(capturesFolder === null ? [] : [capturePath(SCAN)])];
  for (const file of files) {
    const words = ['--speed', 'max', '--server', url.replace('http:', 'ws:'), '--data', data, file];
    const { code, stderr } = await program(['replay', ...words]);
    if (code !== 0) throw new Error(`${file} was not replayed: ${stderr}`);
  }
  const token = (await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', data])).stdout.trim();
  const named = async (name: string) => (await ask<Session[]>(url, 'sessions')).find((one) => one.name === name);
  return {
    url,
    token,
    flood: (await named('flood.pcap'))!,
    scan: await named('synscan.pcapng'),
    named,
    async stop() {
      await interrupt(running);
      await remove();
    },
  };
}
