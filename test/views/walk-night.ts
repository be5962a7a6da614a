/** The night that the walk is about: simulated with its truth, and read by a sensor into a real server, of which nothing is faked. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TruthActor } from '../../sensor/simulate/truth.ts';
import { makeFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, type RunningProgram, runProgram } from '../support/program.ts';

/** From 21:00 to 5:00 UTC. */
export const NIGHT_BEGIN = Date.UTC(2026, 2, 2, 21) / 1000;
const NIGHT_SECONDS = 8 * 3_600;
/** So long that the wall can be looked at while the night passes by: half a minute. */
const SPEED = 900;
const SENSOR = `prefixes = ["198.18.0.0/16"]

[place]
name = "Tokyo (simulated)"
latitude = 35.68
longitude = 139.77
`;

export interface Night {
  readonly url: string;
  readonly analyst: string;
  readonly truth: readonly TruthActor[];
  close(): Promise<void>;
}

export async function startNight(): Promise<Night> {
  const { folder, remove } = await makeFolder();
  const [data, capture, truth, config] = ['data', 'night.pcap', 'night.ndjson', 'sensor.toml'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  await writeFile(config, SENSOR);
  const told = ['--duration', String(NIGHT_SECONDS), '--start', String(NIGHT_BEGIN), '--seed', '7'];
  await program(['simulate', '--scenario', 'night', ...told, '--out', capture, '--truth', truth]);
  const server = runProgram(['server', '--port', '0', '--data', data]);
  const url = await addressOf(server, 120_000);
  const token = async (role: string, name: string) =>
    (await program(['token', 'add', '--role', role, '--name', name, '--data', data])).stdout.trim();
  const tokenFile = join(folder, 'sensor.token');
  await writeFile(tokenFile, await token('sensor', 'darknet-1'), { mode: 0o600 });
  const analyst = await token('analyst', 'Aoi');
  const how = [
    '--config',
    config,
    '--name',
    'darknet-1',
    '--token-file',
    tokenFile,
    '--server',
    url.replace('http', 'ws'),
  ];
  const sensor = runProgram(['sensor', '--read', capture, '--speed', String(SPEED), ...how]);
  const actors = (await readFile(truth, 'utf8')).trimEnd().split('\n');
  return {
    url,
    analyst,
    truth: actors.map((line) => JSON.parse(line) as TruthActor),
    async close() {
      for (const one of [sensor, server] as RunningProgram[]) await interrupt(one);
      await remove();
    },
  };
}

/** The only actor of its kind. */
export function actorOf({ truth }: Night, kind: string): TruthActor & { readonly sources: readonly string[] } {
  const [actor, second] = truth.filter((one) => one.kind === kind);
  if (actor === undefined || second !== undefined || typeof actor.sources === 'number')
    throw new Error(`the night has not one ${kind}, or not few sources of it`);
  return { ...actor, sources: actor.sources };
}
